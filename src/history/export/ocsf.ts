/**
 * OCSF 1.8.0, class 1007 Process Activity, activity 2 Terminate: `actor.process` ended `process`; the two are the same where a
 * process ended itself. Schema: github.com/ocsf/ocsf-schema, events/system/process_activity.json. What OCSF has no attribute for
 * is under `unmapped`.
 */
import { containerOf, lifeId, type ProcessRow } from '../../store/rows.js';
import { signalName } from '../../verdict/index.js';
import { diedNs, nameOf, present, weightOf, type ExportedDeath, type Weight } from './exported-death.js';

const activity = 2;
const classUid = 1007;
/** Informational, Low, High; Unknown. */
const severities: Readonly<Record<Weight, number>> = { wanted: 1, noticed: 2, failed: 4, unknown: 0 };

export function ocsf(exported: ExportedDeath): object {
  const { death, host, process, verdict } = exported;
  return {
    activity_id: activity,
    activity_name: 'Terminate',
    category_uid: 1,
    category_name: 'System Activity',
    class_uid: classUid,
    class_name: 'Process Activity',
    type_uid: classUid * 100 + activity,
    severity_id: severities[weightOf(exported)],
    time: death.died_at.getTime(),
    message: verdict.summary.en,
    metadata: {
      version: '1.8.0',
      uid: lifeId(death),
      event_code: verdict.cause,
      product: { name: 'Whodunit', vendor_name: 'Whodunit' },
      profiles: ['container', 'host'],
    },
    device: {
      type_id: 0,
      hostname: host.name,
      uid: host.machine_id,
      boot_time: death.booted_at.getTime(),
      os: { name: 'Linux', type_id: 200, ...present({ kernel_release: host.kernel }) },
    },
    actor: actorOf(exported),
    process: process ? { ...processOf(process), terminated_time: death.died_at.getTime() } : bareProcess(exported),
    ...present({ exit_code: death.exit_code }),
    unmapped: {
      died_time_ns: String(diedNs(exported)),
      cause: verdict.cause,
      actor_kind: verdict.actor.kind,
      confidence: verdict.confidence,
      core_dumped: death.core_dumped,
      evidence: verdict.evidence,
      ...present({ signal: death.signal, signal_name: death.signal === null ? null : signalName(death.signal) }),
      ...present({ unit: process?.unit }),
    },
  };
}

function actorOf(exported: ExportedDeath): object {
  const { kind } = exported.actor;
  const process = kind === 'SELF' ? exported.process : exported.actor.process;
  if (process) {
    const { login_uid: uid, login_name: name } = process;
    return { process: processOf(process), ...(uid === null ? {} : { user: userOf(uid, name) }) };
  }
  return { app_name: kind === 'KERNEL' ? 'Linux kernel' : 'unknown' };
}

function processOf(row: ProcessRow): object {
  const container = containerOf(row);
  return {
    pid: row.pid,
    uid: lifeId(row),
    name: nameOf(row),
    cmd_line: row.args.join(' '),
    created_time: row.started_at.getTime(),
    ...(row.exe === null ? {} : { path: row.exe, file: { name: nameOf(row), path: row.exe, type_id: 1 } }),
    ...(row.uid === null ? {} : { user: userOf(row.uid, row.user_name) }),
    ...(row.parent_pid === null ? {} : { parent_process: parentOf(row, row.parent_pid) }),
    ...(container === null
      ? {}
      : { container: { uid: container.id, runtime: container.runtime, ...present({ pod_uuid: container.pod }) } }),
  };
}

function parentOf({ boot, parent_start_ns: start }: ProcessRow, pid: number): object {
  return { pid, ...(start === null ? {} : { uid: lifeId({ boot, pid, start_ns: start }) }) };
}

function bareProcess({ death }: ExportedDeath): object {
  return { pid: death.pid, uid: lifeId(death), terminated_time: death.died_at.getTime() };
}

function userOf(uid: bigint, name: string | null): object {
  return { uid: String(uid), ...present({ name }) };
}
