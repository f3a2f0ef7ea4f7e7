/**
 * OpenTelemetry logs as OTLP's JSON: each line is a `LogsData` with one record, as the file exporter of the specification writes
 * them. Attributes: semantic conventions `process.*`, `host.*`, `container.*`; ours begin with `whodunit.`.
 */
import { containerOf, lifeId, type ProcessRow } from '../../store/rows.js';
import { signalName } from '../../verdict/index.js';
import { diedNs, nameOf, weightOf, type ExportedDeath, type Weight } from './exported-death.js';

type Value = string | number | bigint | boolean | readonly string[] | null | undefined;

/** SeverityNumber of the log data model, with the names of its ranges. */
const severities: Readonly<Record<Weight, readonly [number, string]>> = {
  wanted: [9, 'INFO'],
  noticed: [13, 'WARN'],
  failed: [17, 'ERROR'],
  unknown: [0, 'UNSPECIFIED'],
};

export function otel(exported: ExportedDeath): object {
  const { host, verdict } = exported;
  const [severityNumber, severityText] = severities[weightOf(exported)];
  const record = {
    timeUnixNano: String(diedNs(exported)),
    severityNumber,
    severityText,
    eventName: 'whodunit.death',
    body: { stringValue: verdict.summary.en },
    attributes: attributesOf(exported),
  };
  const arch = host.arch === 'x64' ? 'amd64' : host.arch;
  const resource = { 'host.id': host.machine_id, 'host.name': host.name, 'host.arch': arch, 'os.type': 'linux' };
  return {
    resourceLogs: [
      {
        resource: { attributes: keyValues({ 'service.name': 'whodunit', ...resource }) },
        scopeLogs: [{ scope: { name: 'whodunit' }, logRecords: [record] }],
      },
    ],
  };
}

function attributesOf({ death, process, verdict, actor }: ExportedDeath): object[] {
  const killer = actor.process;
  return keyValues({
    ...(process ? processOf(process) : { 'process.pid': death.pid }),
    'process.exit.code': death.exit_code,
    'process.exit.time': death.died_at.toISOString(),
    'whodunit.death.id': lifeId(death),
    'whodunit.cause': verdict.cause,
    'whodunit.confidence': verdict.confidence,
    'whodunit.evidence': verdict.evidence.map(({ text }) => text),
    'whodunit.core_dumped': death.core_dumped,
    'whodunit.unit': process?.unit,
    'whodunit.signal.number': death.signal,
    'whodunit.signal.name': death.signal === null ? null : signalName(death.signal),
    'whodunit.actor.kind': actor.kind,
    'whodunit.actor.process.pid': killer?.pid,
    'whodunit.actor.process.executable.path': killer?.exe,
    'whodunit.actor.process.command_args': killer?.args,
    'whodunit.actor.login.name': killer?.login_name,
  });
}

function processOf(row: ProcessRow): Record<string, Value> {
  const container = containerOf(row);
  return {
    'process.pid': row.pid,
    'process.parent_pid': row.parent_pid,
    'process.executable.name': nameOf(row),
    'process.executable.path': row.exe,
    'process.title': row.comm,
    'process.command_args': row.args,
    'process.user.id': row.uid,
    'process.user.name': row.user_name,
    'process.creation.time': row.started_at.toISOString(),
    'process.linux.cgroup': row.cgroup,
    'container.id': container?.id,
    'container.runtime.name': container?.runtime,
  };
}

/** Integers are strings in the JSON of protocol buffers. */
function keyValues(attributes: Readonly<Record<string, Value>>): object[] {
  return Object.entries(attributes).flatMap(([key, value]) =>
    value === null || value === undefined ? [] : [{ key, value: anyValue(value) }],
  );
}

function anyValue(value: NonNullable<Value>): object {
  if (typeof value === 'string') return { stringValue: value };
  if (typeof value === 'boolean') return { boolValue: value };
  if (typeof value === 'bigint' || Number.isInteger(value)) return { intValue: String(value) };
  if (typeof value === 'number') return { doubleValue: value };
  return { arrayValue: { values: (value as readonly string[]).map((item) => ({ stringValue: item })) } };
}
