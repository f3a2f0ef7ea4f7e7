/** What a saved or pasted kernel log says, as the facts that the verdict is made of. Nobody watched: nothing else is known. */
import type { Finding } from '../agent/src/kernel/log/read-kernel-log.js';
import type { LogLine } from '../agent/src/kernel/log/log-line.js';
import type { OomReport } from '../agent/src/kernel/log/oom-report.js';
import { parseCgroupPath } from '../agent/src/kernel/cgroup-path.js';
import type { OomTask, OomVictim } from '../src/contract/index.js';
import {
  summarizeTasks,
  unknownDeath,
  unknownProcess,
  type DeathFacts,
  type OomReportFacts,
  type OomTaskRowFacts,
  type ProcessFacts,
} from '../src/verdict/index.js';

const sigkill = 9;

/** The deaths of one finding: none for a hung task, several where a whole cgroup was killed. */
export function deathsOf(finding: Finding): readonly DeathFacts[] {
  if (finding.kind === 'oom')
    return finding.report.fields.victims.map((victim) => killedForMemory(finding.report, victim));
  const { line, fault } = finding;
  if (fault.signal === undefined) return [];
  const at = timeOf(line);
  const kernelLog = [{ at, topic: fault.topic, text: line.text }];
  return [unknownDeath({ victim: someone(fault), at, signal: fault.signal, kernelLog, reconstructed: true })];
}

function killedForMemory({ until, fields }: OomReport, victim: OomVictim): DeathFacts {
  const at = timeOf(until);
  const { cgroup = null, constraint = null, trigger, victimCgroup, groupKill = false, cut = false } = fields;
  const memory = (fields.memory ?? []).map(({ name, failures, ...rest }) => {
    return { ...rest, kind: name, failures: failures ?? null };
  });
  const oomReport: OomReportFacts = {
    at,
    constraint,
    cgroup,
    memory,
    trigger: trigger
      ? {
          comm: trigger.comm,
          pid: trigger.pid ?? null,
          isVictim: trigger.pid === victim.pid,
          gfpMask: trigger.gfpMask ?? null,
          order: trigger.order ?? null,
        }
      : null,
    victim: {
      anonRss: victim.anonRss ?? null,
      fileRss: victim.fileRss ?? null,
      shmemRss: victim.shmemRss ?? null,
      pageTables: victim.pageTables ?? null,
      oomScoreAdj: victim.oomScoreAdj ?? null,
    },
    table: summarizeTasks(fields.tasks.map(taskFacts), victim.pid, memory),
    groupKill,
    cut,
  };
  const place = victimCgroup ?? cgroup ?? undefined;
  const who = { ...someone(victim), ...inCgroup(place) };
  return unknownDeath({ victim: who, at, signal: sigkill, oomReport, reconstructed: true });
}

function taskFacts({ pid, comm, rss, swap, pageTables, oomScoreAdj }: OomTask): OomTaskRowFacts {
  const known = {
    rss: rss ?? null,
    swap: swap ?? null,
    pageTables: pageTables ?? null,
    oomScoreAdj: oomScoreAdj ?? null,
  };
  return { pid, comm, ...known };
}

function inCgroup(path: string | undefined): Partial<ProcessFacts> {
  if (path === undefined) return {};
  const { unit = null, container } = parseCgroupPath(path);
  return { cgroup: path, unit, container: container ? { pod: null, ...container } : null };
}

function someone({ pid, comm, uid }: { pid: number; comm: string; uid?: number | undefined }): ProcessFacts {
  return unknownProcess({ pid, start: '0' }, { comm, uid: uid ?? null });
}

/** Since boot; 0 where the line does not say. */
function timeOf({ microseconds }: LogLine): bigint {
  return BigInt(microseconds ?? 0) * 1_000n;
}
