/**
 * Reads what the chosen checks need, in slices: some milliseconds of work, then the event loop is others'. Five thousand processes
 * take seconds, and a third of a processor at most. Zombies, stopped and uninterruptible ones count if they still are at a second look.
 */
import { readdirSync } from 'node:fs';
import type { Tools } from '../command/tools.js';
import { agentLimits } from '../limits.js';
import { readStat } from '../source/proc.js';
import type { Redact } from '../track/redact.js';
import type { Facts, Need, ProcessFacts } from './facts.js';
import { readCron, readPidsCgroups, readSettings } from './read-host.js';
import { readProcess } from './read-process.js';
import { readUnits } from './read-units.js';

export interface ScanOptions {
  readonly needs: ReadonlySet<Need>;
  readonly longLivedSeconds: number;
  readonly bootNanoseconds: () => bigint;
  readonly nameOfUser: (uid: number) => string | undefined;
  readonly redact: Redact;
  readonly tools: Pick<Tools, 'run'>;
  /** Of the host's files; '' but in tests. */
  readonly root: string;
  readonly signal: AbortSignal;
}

export interface Scan {
  readonly facts: Facts;
  /** Why there are no units, where some were needed. */
  readonly noUnits: string | undefined;
}

const passing = new Set(['Z', 'D', 'T']);
const nobody = { processes: [] as ProcessFacts[], cgroups: new Set<string>() } as const;

export async function scan(options: ScanOptions): Promise<Scan> {
  const { needs, longLivedSeconds, bootNanoseconds, redact, tools, root, signal } = options;
  const { processes, cgroups } = needs.has('processes') ? await readProcesses(options) : nobody;
  const units = needs.has('units') ? await readUnits(tools) : undefined;
  const lasting = needs.has('states') ? await lookAgain(processes, signal) : processes;
  return {
    facts: {
      host: {
        ...readSettings(root),
        bootSeconds: Number(bootNanoseconds() / 1_000_000_000n),
        cron: needs.has('cron') ? readCron(root, redact) : [],
        pidsCgroups: needs.has('cgroups') ? readPidsCgroups(cgroups) : [],
      },
      processes: lasting,
      units: units?.ok ? units.value : undefined,
      longLivedSeconds,
      agentPid: process.pid,
    },
    noUnits: units !== undefined && !units.ok ? units.failure.sentence : undefined,
  };
}

async function readProcesses({ needs, bootNanoseconds, nameOfUser, signal }: ScanOptions) {
  const pids = readdirSync('/proc').filter((name) => /^[1-9]\d*$/.test(name));
  const looking = { needs, bootNs: bootNanoseconds(), nameOfUser };
  const processes: ProcessFacts[] = [];
  const cgroups = new Set<string>();
  let sliceEnd = performance.now() + agentLimits.auditSliceMs;
  for (const pid of pids.slice(0, agentLimits.auditProcessesMax)) {
    if (performance.now() >= sliceEnd) {
      await rest(agentLimits.auditRestMs);
      signal.throwIfAborted();
      sliceEnd = performance.now() + agentLimits.auditSliceMs;
    }
    const looked = readProcess(Number(pid), looking);
    if (looked === undefined) continue;
    processes.push(looked.process);
    if (needs.has('cgroups') && cgroups.size < agentLimits.auditCgroupsMax) cgroups.add(looked.cgroups);
  }
  return { processes, cgroups };
}

async function lookAgain(processes: readonly ProcessFacts[], signal: AbortSignal): Promise<readonly ProcessFacts[]> {
  if (!processes.some(({ state }) => passing.has(state))) return processes;
  await rest(agentLimits.auditSecondLookMs);
  signal.throwIfAborted();
  return processes.flatMap((process) => {
    if (!passing.has(process.state)) return process;
    const stat = readStat(process.pid);
    if (stat === undefined || stat.startTicks !== process.startTicks) return [];
    // A zombie that is given to another parent while it waits is that one's.
    return { ...process, state: stat.state, parentPid: stat.parentPid };
  });
}

const rest = (milliseconds: number) => new Promise<void>((resolve) => void setTimeout(resolve, milliseconds).unref());
