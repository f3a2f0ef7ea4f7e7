/**
 * The last rung: looks at /proc from time to time. Sees who is there and who is gone, and says what it cannot see.
 *
 * Start times have the kernel's tick of 10 ms here, so an identity of this rung is not one of the eBPF rung's.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { parseUptime, ticksToNanoseconds } from '../kernel/boot-clock.js';
import { ttyName } from '../kernel/proc-stat.js';
import { parseProcStatus } from '../kernel/proc-status.js';
import type { TaskRecord, Who } from '../kernel/record.js';
import { Cgroups } from './cgroups.js';
import { readStat, readText } from './proc.js';
import type { ProcfsSensor } from './sensor.js';

const kernelThreadFlag = 0x0020_0000;
const noId = 0xffff_ffff;

const blindSpots = [
  'Signals are not seen: nobody can say who killed a process.',
  'Exit codes and terminating signals are not seen: a process is only known to be gone, at most a second late.',
  'Processes that live shorter than a second can be missed.',
  'Kills by the OOM killer are not told from other ends.',
  'Nothing is recorded while no agent runs.',
] as const;

/** `reasons` say why no better rung is in use. */
export function openProcfs(reasons: readonly string[]): ProcfsSensor {
  return {
    rung: 'procfs',
    blindSpots: [...reasons, ...blindSpots],
    resumed: false,
    cgroups: new Cgroups(undefined),
    bootNanoseconds: readUptime,
    listTasks,
  };
}

export function readUptime(): bigint {
  return parseUptime(readFileSync('/proc/uptime', 'utf8')) ?? 0n;
}

export function listTasks(): readonly TaskRecord[] {
  const at = readUptime();
  const whos = new Map<number, Who>();
  for (const name of readdirSync('/proc')) {
    const who = /^[1-9]\d*$/.test(name) ? readTask(Number(name)) : undefined;
    if (who) whos.set(who.pid, who);
  }
  return [...whos.values()].map((who) => ({
    kind: 'task',
    at,
    who: { ...who, parentStart: whos.get(who.parentPid)?.start ?? 0n },
  }));
}

/** One process; its parent is known by pid only. */
export function readTask(pid: number): Who | undefined {
  const stat = readStat(pid);
  const status = parseProcStatus(readText(`/proc/${pid}/status`) ?? '');
  if (stat === undefined || status === undefined) return undefined;
  return {
    pid,
    tid: pid,
    start: ticksToNanoseconds(stat.startTicks),
    parentPid: stat.parentPid,
    parentStart: 0n,
    uid: status.uid,
    euid: status.euid,
    loginUid: readId(`/proc/${pid}/loginuid`),
    session: readId(`/proc/${pid}/sessionid`),
    kernelThread: (stat.flags & kernelThreadFlag) !== 0,
    dead: (stat.state === 'Z' && stat.threads <= 1) || stat.state === 'X',
    comm: stat.comm,
    tty: ttyName(stat.ttyDevice),
    cgroup: undefined,
  };
}

/** Absent on kernels without the audit subsystem. */
function readId(path: string): number | undefined {
  const text = readText(path);
  const id = text === undefined || text === '' ? noId : Number(text);
  return id === noId || !Number.isInteger(id) ? undefined : id;
}
