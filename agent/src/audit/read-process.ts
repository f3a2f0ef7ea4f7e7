/** One process, as checks judge it. Undefined: gone. */
import { readdirSync, readlinkSync, statSync } from 'node:fs';
import { decodeUtf8 } from '../bytes/text.js';
import { ticksToNanoseconds } from '../kernel/boot-clock.js';
import { parseCgroupPath } from '../kernel/cgroup-path.js';
import { parseDeletedLibraries } from '../kernel/deleted-libraries.js';
import { parseProcCgroup } from '../kernel/proc-cgroup.js';
import { parseProcLimits } from '../kernel/proc-limits.js';
import { parseStatusDetails } from '../kernel/status-details.js';
import { agentLimits } from '../limits.js';
import { readStat, readText } from '../source/proc.js';
import type { Need, ProcessFacts } from './facts.js';

const kernelThreadFlag = 0x0020_0000;
const deletedMark = ' (deleted)';

export interface Looking {
  readonly needs: ReadonlySet<Need>;
  readonly bootNs: bigint;
  readonly nameOfUser: (uid: number) => string | undefined;
}

/** With the text of its cgroup file, from which the limits of its cgroups are found. */
export interface Looked {
  readonly process: ProcessFacts;
  readonly cgroups: string;
}

export function readProcess(pid: number, { needs, bootNs, nameOfUser }: Looking): Looked | undefined {
  const stat = readStat(pid);
  const status = parseStatusDetails(readText(`/proc/${pid}/status`) ?? '');
  if (stat === undefined || status === undefined) return undefined;
  const kernelThread = (stat.flags & kernelThreadFlag) !== 0;
  const isAlive = !kernelThread && stat.state !== 'Z' && stat.state !== 'X';
  const wants = (need: Need) => isAlive && needs.has(need);
  const exe = isAlive ? readLink(`/proc/${pid}/exe`) : undefined;
  const exeDeleted = exe?.endsWith(deletedMark) === true;
  const cgroups = (isAlive && readText(`/proc/${pid}/cgroup`)) || '';
  const placement = parseCgroupPath(parseProcCgroup(cgroups) ?? '');
  const oom = (file: string) => (wants('oom') ? numberOf(readText(`/proc/${pid}/${file}`)) : undefined);
  const process: ProcessFacts = {
    ...status,
    pid,
    parentPid: stat.parentPid,
    startTicks: stat.startTicks,
    comm: stat.comm,
    state: stat.state,
    kernelThread,
    hasTerminal: stat.ttyDevice !== 0,
    ageSeconds: Math.max(0, Number((bootNs - ticksToNanoseconds(stat.startTicks)) / 1_000_000_000n)),
    exe: exeDeleted ? exe.slice(0, -deletedMark.length) : exe,
    exeDeleted,
    unit: placement.unit,
    inContainer: placement.container !== undefined,
    userName: nameOfUser(status.uid),
    oomScore: oom('oom_score'),
    oomScoreAdj: oom('oom_score_adj'),
    limits: wants('limits') ? parseProcLimits(readText(`/proc/${pid}/limits`) ?? '') : undefined,
    openFiles: wants('files') ? countFiles(pid) : undefined,
    deletedLibraries: wants('libraries')
      ? parseDeletedLibraries(readText(`/proc/${pid}/maps`, agentLimits.auditMapsBytesMax) ?? '')
      : [],
    waitChannel: stat.state === 'D' ? readText(`/proc/${pid}/wchan`)?.replace(/^0$/, '') || undefined : undefined,
  };
  return { process, cgroups };
}

function readLink(path: string): string | undefined {
  try {
    return decodeUtf8(readlinkSync(path, 'buffer'));
  } catch {
    return undefined;
  }
}

/** Since Linux 6.2 the directory's size is their number (f1f1f2569901); before, it is 0 and they have to be listed. */
function countFiles(pid: number): number | undefined {
  try {
    return statSync(`/proc/${pid}/fd`).size || readdirSync(`/proc/${pid}/fd`).length;
  } catch {
    return undefined;
  }
}

function numberOf(text: string | undefined): number | undefined {
  return text === undefined || !/^-?\d+\s*$/.test(text) ? undefined : Number(text);
}
