/**
 * Elastic Common Schema: `process.*` is the victim; who ended it, and why, is under `whodunit`, a name of ours as ECS asks for.
 * Schema: github.com/elastic/ecs, generated/ecs/ecs_flat.yml.
 */
import { containerOf, lifeId, type ProcessRow } from '../../store/rows.js';
import { signalName } from '../../verdict/index.js';
import { nameOf, present, weightOf, type ExportedDeath, type Weight } from './exported-death.js';

const outcomes: Readonly<Record<Weight, string>> = {
  wanted: 'success',
  noticed: 'unknown',
  failed: 'failure',
  unknown: 'unknown',
};

/** As uname(2) says it. */
const architectures: Readonly<Record<string, string>> = { x64: 'x86_64', arm64: 'aarch64' };

export function ecs(exported: ExportedDeath): object {
  const { death, host, process, verdict, actor } = exported;
  const container = process && containerOf(process);
  return {
    '@timestamp': death.died_at,
    ecs: { version: '9.4.0' },
    message: verdict.summary.en,
    event: {
      id: lifeId(death),
      kind: 'event',
      category: ['process'],
      type: ['end'],
      action: 'process-death',
      code: verdict.cause,
      outcome: outcomes[weightOf(exported)],
      provider: 'whodunit',
      dataset: 'whodunit.deaths',
      reason: verdict.summary.en,
      ...(death.reconstructed ? {} : { duration: Number(death.died_ns - death.start_ns) }),
      ...(process && { start: process.started_at }),
      end: death.died_at,
    },
    host: {
      id: host.machine_id,
      name: host.name,
      hostname: host.name,
      ...present({ architecture: architectures[host.arch ?? ''] ?? host.arch }),
    },
    process: {
      ...(process ? processOf(process) : { pid: death.pid, entity_id: lifeId(death) }),
      end: death.died_at,
      ...present({ exit_code: death.exit_code }),
    },
    ...(container && { container: { id: container.id, runtime: container.runtime } }),
    whodunit: {
      cause: verdict.cause,
      confidence: verdict.confidence,
      core_dumped: death.core_dumped,
      evidence: verdict.evidence,
      actor: {
        kind: actor.kind,
        ...(actor.process && { process: processOf(actor.process) }),
        ...(actor.process?.login_name && { login: { name: actor.process.login_name } }),
      },
      ...(death.signal !== null && { signal: { number: death.signal, name: signalName(death.signal) } }),
      ...present({ unit: process?.unit }),
    },
  };
}

function processOf(row: ProcessRow): object {
  const { boot, parent_pid: pid, parent_start_ns: start_ns } = row;
  return {
    pid: row.pid,
    entity_id: lifeId(row),
    name: nameOf(row),
    title: row.comm,
    command_line: row.args.join(' '),
    args: row.args,
    args_count: row.args.length,
    start: row.started_at,
    ...present({ executable: row.exe }),
    ...(row.uid !== null && { user: { id: String(row.uid), ...present({ name: row.user_name }) } }),
    ...(pid !== null && { parent: { pid, ...(start_ns !== null && { entity_id: lifeId({ boot, pid, start_ns }) }) } }),
  };
}
