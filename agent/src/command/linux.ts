/** The kernel, as commands need it: a process is held before it is looked at, and everything goes through what is held. */
import { closeSync, constants, openSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { constants as osConstants } from 'node:os';
import { basename } from 'node:path';
import type { ProcessRef } from '../contract.js';
import { parseProcCgroup } from '../kernel/proc-cgroup.js';
import { parseProcStat } from '../kernel/proc-stat.js';
import { parseProcStatus } from '../kernel/proc-status.js';
import { readBootId, readOwnLife, readStat, readText } from '../source/proc.js';
import type { Sensor } from '../source/sensor.js';
import { UserNames } from '../source/user-names.js';
import type { Pidfd } from './pidfd.js';
import type { ProcessFacts } from './protection.js';
import type { OpenProcess, System } from './system.js';

const kernelThreadFlag = 0x0020_0000;
const ancestorsMax = 64;

export function createLinux(sensor: Pick<Sensor, 'listTasks' | 'bootNanoseconds'>, pidfd: Pidfd): System {
  const users = new UserNames();
  let own: ProcessRef | undefined;
  return {
    bootId: readBootId(),
    bootNanoseconds: () => sensor.bootNanoseconds(),
    wallMs: () => Date.now(),
    // Does not hold up the end: what was begun is then UNKNOWN.
    sleep: (milliseconds) => new Promise((resolve) => void setTimeout(resolve, milliseconds).unref()),
    open: (pid) => openProcess(pid, pidfd),
    starts: () => new Map(sensor.listTasks().map(({ who }) => [who.pid, who.start])),
    glance: readStat,
    agentLine: () => lineOf(process.pid),
    agent: () => (own ??= readOwnLife(sensor.listTasks())),
    nameOfUser: (uid) => users.nameOf(uid),
  };
}

function lineOf(pid: number): ReadonlySet<number> {
  const line = new Set<number>();
  for (let next: number | undefined = pid; next !== undefined && next > 0 && line.size < ancestorsMax;) {
    line.add(next);
    next = readStat(next)?.parentPid;
  }
  return line;
}

function openProcess(pid: number, pidfd: Pidfd): OpenProcess | undefined {
  const fd = pidfd.open(pid);
  if (fd < 0) return undefined;
  let directory: number;
  try {
    directory = openSync(`/proc/${pid}`, constants.O_RDONLY | constants.O_DIRECTORY);
  } catch {
    closeSync(fd);
    return undefined;
  }
  // The kernel finds what is below by the process, not by its pid: proc_pid_lookup() in fs/proc/base.c.
  const folder = `/proc/self/fd/${directory}`;
  return {
    pid,
    facts: () => readFacts(pid, folder),
    signal: (signal) => pidfd.signal(fd, signal),
    hasEnded: () => pidfd.hasEnded(fd),
    waitChannel: () => readText(`${folder}/wchan`)?.replace(/^0$/, '') || undefined,
    setOomScoreAdj(value) {
      try {
        writeFileSync(`${folder}/oom_score_adj`, String(value));
        return 0;
      } catch (error) {
        return Math.abs((error as NodeJS.ErrnoException).errno ?? osConstants.errno.EIO);
      }
    },
    close() {
      closeSync(directory);
      closeSync(fd);
    },
  };
}

function readFacts(pid: number, folder: string): ProcessFacts | undefined {
  const stat = parseProcStat(readText(`${folder}/stat`) ?? '');
  const text = readText(`${folder}/status`) ?? '';
  const status = parseProcStatus(text);
  if (stat === undefined || status === undefined) return undefined;
  return {
    pid,
    innermostPid: Number(/^NSpid:.*\t(\d+)$/m.exec(text)?.[1] ?? pid),
    parentPid: stat.parentPid,
    parentComm: readText(`/proc/${stat.parentPid}/comm`)?.trimEnd(),
    state: stat.state,
    startTicks: stat.startTicks,
    kernelThread: (stat.flags & kernelThreadFlag) !== 0,
    comm: stat.comm,
    program: readProgram(folder),
    uid: status.uid,
    oomScoreAdj: readNumber(`${folder}/oom_score_adj`),
    cgroup: parseProcCgroup(readText(`${folder}/cgroup`) ?? ''),
  };
}

function readProgram(folder: string): string | undefined {
  try {
    return basename(readlinkSync(`${folder}/exe`)).replace(/ \(deleted\)$/, '');
  } catch {
    return undefined;
  }
}

/** What cannot be read might be anything: -1000 protects. A zombie's can be read. */
function readNumber(path: string): number {
  try {
    return Number(readFileSync(path, 'utf8'));
  } catch {
    return -1000;
  }
}
