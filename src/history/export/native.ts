/** Our own form: the names of GraphQL's `Death`. */
import { containerOf, lifeId, type ProcessRow } from '../../store/rows.js';
import { signalName } from '../../verdict/index.js';
import { milliseconds } from '../death.resolver.js';
import { loginOf, uidNumber } from '../login.js';
import type { ExportedDeath } from './exported-death.js';

export function native({ death, host, process, verdict, actor }: ExportedDeath): object {
  return {
    id: lifeId(death),
    host: { name: host.name, machineId: host.machine_id },
    process: process && nativeProcess(process),
    diedAt: death.died_at,
    exitCode: death.exit_code,
    signal: death.signal === null ? null : { number: death.signal, name: signalName(death.signal) },
    coreDumped: death.core_dumped,
    runTime: death.reconstructed ? null : milliseconds(death.died_ns - death.start_ns),
    cpuTime: death.cpu_ns === null ? null : milliseconds(death.cpu_ns),
    peakRss: death.peak_rss_bytes === null ? null : Number(death.peak_rss_bytes),
    verdict: {
      cause: verdict.cause,
      actor: { kind: actor.kind, process: actor.process && nativeProcess(actor.process) },
      confidence: verdict.confidence,
      summary: verdict.summary.en,
      evidence: verdict.evidence,
      rule: verdict.rule,
      engine: verdict.engine,
    },
  };
}

function nativeProcess(row: ProcessRow): object {
  const login = loginOf(row);
  return {
    id: lifeId(row),
    pid: row.pid,
    ppid: row.parent_pid,
    exe: row.exe,
    comm: row.comm,
    args: row.args,
    argsCut: row.args_cut,
    user: row.uid === null ? null : { uid: uidNumber(row.uid), name: row.user_name },
    login: login && {
      user: { uid: uidNumber(login.uid), name: login.name },
      session: login.session === null ? null : Number(login.session),
      tty: login.tty,
      sourceAddress: login.source,
    },
    unit: row.unit,
    container: containerOf(row),
    cgroup: row.cgroup,
    startedAt: row.started_at,
    endedAt: row.ended_at,
  };
}
