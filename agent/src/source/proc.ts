/** Reads /proc/PID. Every answer can be "gone": the process may end between two of our reads. */
import { closeSync, openSync, readFileSync, readlinkSync, readSync } from 'node:fs';
import { cutText, decodeUtf8 } from '../bytes/text.js';
import { limits, type ProcessRef } from '../contract.js';
import { parseCmdline, type Args } from '../kernel/args.js';
import { nanosecondsToTicks } from '../kernel/boot-clock.js';
import { parseProcCgroup } from '../kernel/proc-cgroup.js';
import { parseProcStat, type ProcStat } from '../kernel/proc-stat.js';
import { parseSshConnection } from '../kernel/ssh-connection.js';
import type { TaskRecord } from '../kernel/record.js';
import { agentLimits } from '../limits.js';

export interface ProcImage extends Args {
  readonly exe: string | undefined;
  readonly cgroup: string | undefined;
  /** Letter of proc_pid_stat(5). */
  readonly state: string;
}

/** What a process runs, provided that the pid still belongs to the life that started then. */
export function readProcImage(pid: number, start: bigint): ProcImage | undefined {
  const image = { ...readArgs(pid), exe: readExe(pid), cgroup: readCgroup(pid) };
  const stat = readStatOf(pid, start);
  return stat && { ...image, state: stat.state };
}

/**
 * Undefined also when the pid is another life's by now: that one is younger. A trace tells the start some microseconds late
 * (track/trace/lives.ts).
 */
export function readStatOf(pid: number, start: bigint): ProcStat | undefined {
  const stat = readStat(pid);
  return stat !== undefined && stat.startTicks <= nanosecondsToTicks(start) ? stat : undefined;
}

export function readStat(pid: number): ProcStat | undefined {
  const text = readText(`/proc/${pid}/stat`);
  return text === undefined ? undefined : parseProcStat(text);
}

/** Absent for kernel threads, and for other users' processes when we are not root. */
export function readExe(pid: number): string | undefined {
  try {
    return cutText(decodeUtf8(readlinkSync(`/proc/${pid}/exe`, 'buffer')), limits.pathCharactersMax);
  } catch {
    return undefined;
  }
}

export function readCgroup(pid: number): string | undefined {
  const text = readText(`/proc/${pid}/cgroup`);
  const path = text === undefined ? undefined : parseProcCgroup(text);
  return path === undefined ? undefined : cutText(path, limits.pathCharactersMax);
}

export function readArgs(pid: number): Args {
  const bytes = readHead(`/proc/${pid}/cmdline`, limits.argsBytesMax + 1);
  if (bytes === undefined) return { args: [], argsCut: false };
  const cut = bytes.byteLength > limits.argsBytesMax;
  return parseCmdline(decodeUtf8(bytes.subarray(0, limits.argsBytesMax)), cut);
}

const sshConnection = Buffer.from('\0SSH_CONNECTION=');

/**
 * Where the ssh login came from that this process belongs to. Of its environment only SSH_CONNECTION is looked at, and
 * only the client's address leaves this function.
 */
export function readSshSource(pid: number, start: bigint): string | undefined {
  const bytes = readHead(`/proc/${pid}/environ`, agentLimits.procFileBytesMax);
  if (bytes === undefined) return undefined;
  // A NUL before the first variable too, so that a name is always found whole.
  const environment = Buffer.concat([Buffer.alloc(1), bytes]);
  const at = environment.indexOf(sshConnection);
  const end = at < 0 ? -1 : environment.indexOf(0, at + sshConnection.length);
  if (end < 0) return undefined;
  const address = parseSshConnection(decodeUtf8(environment.subarray(at + sshConnection.length, end)));
  return readStatOf(pid, start) && address;
}

export function readText(path: string, bytesMax: number = agentLimits.procFileBytesMax): string | undefined {
  const bytes = readHead(path, bytesMax);
  return bytes === undefined ? undefined : decodeUtf8(bytes);
}

export function readBootId(): string {
  return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
}

/** PROC_PID_INIT_INO of include/linux/proc_ns.h: the pid namespace whose pids the kernel's records carry. */
const initialPidNamespace = 'pid:[4026531836]';

export function inInitialPidNamespace(): boolean {
  try {
    return readlinkSync('/proc/self/ns/pid') === initialPidNamespace;
  } catch {
    return false;
  }
}

/** Our own process; unknown in a pid namespace, where our pid is somebody else's on the host. */
export function readOwnLife(tasks: readonly TaskRecord[]): ProcessRef | undefined {
  const own = inInitialPidNamespace() ? tasks.find(({ who }) => who.pid === process.pid) : undefined;
  return own && { pid: own.who.pid, start: own.who.start.toString() };
}

function readHead(path: string, bytesMax: number): Uint8Array | undefined {
  let fd: number;
  try {
    fd = openSync(path, 'r');
  } catch {
    return undefined;
  }
  try {
    return readUpTo(fd, bytesMax);
  } catch {
    return undefined;
  } finally {
    closeSync(fd);
  }
}

/** /proc gives at most a page at a time. */
function readUpTo(fd: number, bytesMax: number): Uint8Array {
  const buffer = Buffer.allocUnsafe(bytesMax);
  let length = 0;
  while (length < bytesMax) {
    const count = readSync(fd, buffer, length, bytesMax - length, null);
    if (count === 0) break;
    length += count;
  }
  return buffer.subarray(0, length);
}
