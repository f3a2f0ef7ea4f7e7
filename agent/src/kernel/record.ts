/**
 * Decodes the probe's records. The layout is specified in agent/probe/record.h; this file mirrors it, and
 * record.spec.ts holds both to records that a real kernel wrote.
 *
 * Never throws on any bytes: a record that is too short for its kind, or of a kind that is not known here, gives
 * undefined.
 */
import { Cursor } from '../bytes/cursor.js';
import { decodeCString, decodeUtf8 } from '../bytes/text.js';
import { splitArgs, type Args } from './args.js';
import { parseSshConnection } from './ssh-connection.js';

/** A cgroup's directory: the hierarchy's number as in /proc/PID/cgroup, and the inode; 0 is the root of all. */
export interface CgroupRef {
  readonly hierarchy: number;
  readonly id: bigint;
}

/** One process as it was at one instant. */
export interface Who {
  readonly pid: number;
  readonly tid: number;
  /** Nanoseconds since boot; 0 where the kernel told only the pid. */
  readonly start: bigint;
  readonly parentPid: number;
  readonly parentStart: bigint;
  /** Undefined where only the trace knew it. */
  readonly uid: number | undefined;
  readonly euid: number | undefined;
  readonly loginUid: number | undefined;
  readonly session: number | undefined;
  readonly kernelThread: boolean;
  /** No thread of it lives any more: exiting, or a zombie. */
  readonly dead: boolean;
  readonly comm: string;
  readonly tty: string | undefined;
  /** Undefined where the kernel did not tell. */
  readonly cgroup: CgroupRef | undefined;
}

interface Head {
  readonly at: bigint;
  readonly who: Who;
}

export interface ExecRecord extends Head, Args {
  readonly kind: 'exec';
  readonly filename: string;
  /** The command line could not be read in the kernel: ask /proc. */
  readonly argsMissing: boolean;
  /** Where the ssh login came from that this process belongs to; in one exec of a session at most. */
  readonly sshSource: string | undefined;
}

export interface ForkRecord extends Head {
  readonly kind: 'fork';
}

export interface ExitRecord extends Head {
  readonly kind: 'exit';
  /** As wait4() gives it; undefined where the sensor cannot tell. */
  readonly status: number | undefined;
  /** Nanoseconds that its threads ran; absent where the kernel or an older probe did not tell. */
  readonly cpuTime?: bigint | undefined;
  /** Its largest resident set, in pages. */
  readonly peakRssPages?: number | undefined;
}

export interface SignalRecord extends Head {
  readonly kind: 'signal';
  readonly target: Who;
  readonly signal: number;
  readonly code: number;
  readonly group: boolean;
  readonly result: number;
  readonly disposition: number;
  readonly address: bigint | undefined;
  /** So many alike, the last of them at `until`: agent/probe/flood.h. */
  readonly count?: number;
  readonly until?: bigint;
}

export interface OomRecord extends Head {
  readonly kind: 'oom';
  readonly target: Who;
}

export interface TaskRecord extends Head {
  readonly kind: 'task';
}

/** A cgroup was made; `who` made it. */
export interface CgroupRecord extends Head {
  readonly kind: 'cgroup';
  readonly cgroup: CgroupRef;
  readonly path: string;
}

/** `who` died of a signal that asks for a core dump. Its exit came before. */
export interface CoreRecord extends Head {
  readonly kind: 'core';
  /** As in the exit record. */
  readonly status: number;
  /** RLIMIT_CORE, soft, in bytes; undefined: unlimited. */
  readonly limit: bigint | undefined;
  /** In its own pid namespace. */
  readonly ownPid: number;
  /** Inode of /proc/PID/ns/mnt. */
  readonly mountNamespace: number;
  /** As prctl(PR_GET_DUMPABLE) gives it; undefined where it could not be told. */
  readonly dumpable: number | undefined;
  /** Working directory in that namespace; undefined where it could not be told. */
  readonly cwd: string | undefined;
}

/** `who` ran into a limit of its own, as it was then; the signal that the kernel made for that comes next, with the same `at`. */
export interface LimitRecord extends Head {
  readonly kind: 'limit';
  readonly signal: number;
  /** Number of setrlimit(2), asm-generic: 0 CPU (seconds), 1 FSIZE (bytes), 15 RTTIME (microseconds). */
  readonly resource: number;
  /** Undefined: unlimited. */
  readonly soft: bigint | undefined;
  readonly hard: bigint | undefined;
  /** Nanoseconds that its threads had run; undefined where that is not known. */
  readonly cpuTime: bigint | undefined;
}

export type KernelRecord =
  | ExecRecord
  | ForkRecord
  | ExitRecord
  | SignalRecord
  | OomRecord
  | TaskRecord
  | CgroupRecord
  | CoreRecord
  | LimitRecord;

/** Sizes in bytes of the fixed part of each kind, record.h. `exit`: what every layout has. */
export const recordBytes = {
  head: 120,
  who: 104,
  exec: 144,
  exit: 128,
  signal: 256,
  oom: 224,
  cgroup: 136,
  core: 152,
  limit: 152,
} as const;

const noId = 0xffff_ffff;
const kernelThreadFlag = 1;
const deadFlag = 2;
const cgroupFlag = 4;

export function decodeRecord(bytes: Uint8Array): KernelRecord | undefined {
  if (bytes.byteLength < recordBytes.head) return undefined;
  const cursor = new Cursor(bytes);
  const at = cursor.u64le();
  const kind = cursor.u32le();
  cursor.u32le();
  const head = { at, who: readWho(cursor) };
  switch (kind) {
    case 1:
      return readExec(cursor, head);
    case 2:
      return { kind: 'fork', at, who: head.who };
    case 3:
      return bytes.byteLength < recordBytes.exit ? undefined : readExit(cursor, head);
    case 4:
      return bytes.byteLength < recordBytes.signal ? undefined : readSignal(cursor, head);
    case 5:
      return bytes.byteLength < recordBytes.oom ? undefined : { kind: 'oom', ...head, target: readWho(cursor) };
    case 6:
      return { kind: 'task', at, who: head.who };
    case 7:
      return readCgroup(cursor, head);
    case 8:
      return readCore(cursor, head);
    case 9:
      return bytes.byteLength < recordBytes.limit ? undefined : readLimit(cursor, head);
    default:
      return undefined;
  }
}

/** The time of a record of whatever layout. */
export function readRecordTime(bytes: Uint8Array): bigint | undefined {
  return bytes.byteLength < 8 ? undefined : new Cursor(bytes).u64le();
}

/** The iterator writes `task` records back to back; a torn last one is left out. */
export function decodeTasks(bytes: Uint8Array): readonly TaskRecord[] {
  const tasks: TaskRecord[] = [];
  for (let offset = 0; offset + recordBytes.head <= bytes.byteLength; offset += recordBytes.head) {
    const record = decodeRecord(bytes.subarray(offset, offset + recordBytes.head));
    if (record?.kind === 'task') tasks.push(record);
  }
  return tasks;
}

function readWho(cursor: Cursor): Who {
  const start = cursor.u64le();
  const parentStart = cursor.u64le();
  const pid = cursor.u32le();
  const tid = cursor.u32le();
  const parentPid = cursor.u32le();
  const uid = cursor.u32le();
  const euid = cursor.u32le();
  const loginUid = cursor.u32le();
  const session = cursor.u32le();
  const flags = cursor.u32le();
  const comm = cursor.name();
  const tty = cursor.cString(24);
  const cgroup = cursor.u64le();
  const hierarchy = cursor.u32le();
  cursor.u32le();
  return {
    pid,
    tid,
    start,
    parentPid,
    parentStart,
    uid,
    euid,
    loginUid: loginUid === noId ? undefined : loginUid,
    session: session === noId ? undefined : session,
    kernelThread: (flags & kernelThreadFlag) !== 0,
    dead: (flags & deadFlag) !== 0,
    comm,
    tty: tty === '' ? undefined : ttyPath(tty),
    cgroup: (flags & cgroupFlag) === 0 ? undefined : { hierarchy, id: cgroup },
  };
}

/** The kernel's own name is `pts0` where the file, ps(1) and who(1) say `pts/0`. */
function ttyPath(name: string): string {
  return name.replace(/^pts(?=\d)/, 'pts/');
}

function readExec(cursor: Cursor, head: Head): ExecRecord | undefined {
  if (cursor.remaining < recordBytes.exec - recordBytes.head) return undefined;
  const filenameSize = cursor.u32le();
  const argsSize = cursor.u32le();
  const argsTotal = cursor.u64le();
  const sshSize = cursor.u32le();
  cursor.u32le();
  if (cursor.remaining < filenameSize + argsSize + sshSize) return undefined;
  const filename = decodeCString(cursor.bytes(filenameSize));
  const { args, argsCut } = splitArgs(decodeUtf8(cursor.bytes(argsSize)), argsTotal > BigInt(argsSize));
  const sshSource = parseSshConnection(decodeUtf8(cursor.bytes(sshSize)));
  const argsMissing = argsSize === 0 && argsTotal > 0n;
  return { kind: 'exec', at: head.at, who: head.who, filename, args, argsCut, argsMissing, sshSource };
}

const usageBytes = 16;

function readExit(cursor: Cursor, head: Head): ExitRecord {
  const status = cursor.u32le();
  cursor.u32le();
  if (cursor.remaining < usageBytes) return { kind: 'exit', ...head, status };
  const cpuTime = cursor.u64le();
  const peakRssPages = Number(cursor.u64le());
  return {
    kind: 'exit',
    at: head.at,
    who: head.who,
    status,
    cpuTime: cpuTime > 0n ? cpuTime : undefined,
    peakRssPages: peakRssPages > 0 ? peakRssPages : undefined,
  };
}

/** RLIM_INFINITY. */
const unlimited = 0xffff_ffff_ffff_ffffn;

function readCore(cursor: Cursor, head: Head): CoreRecord | undefined {
  if (cursor.remaining < recordBytes.core - recordBytes.head) return undefined;
  const limit = cursor.u64le();
  const status = cursor.u32le();
  const ownPid = cursor.u32le();
  const mountNamespace = cursor.u32le();
  const dumpable = cursor.u32le();
  const cwdSize = cursor.u32le();
  cursor.u32le();
  if (cursor.remaining < cwdSize) return undefined;
  const names = decodeUtf8(cursor.bytes(cwdSize)).split('\0').slice(0, -1);
  const cwd = cwdSize === 0 ? undefined : `/${names.reverse().join('/')}`;
  return {
    kind: 'core',
    ...head,
    status,
    limit: limit === unlimited ? undefined : limit,
    ownPid,
    mountNamespace,
    dumpable: dumpable === noId ? undefined : dumpable,
    cwd,
  };
}

function readLimit(cursor: Cursor, head: Head): LimitRecord {
  const signal = cursor.i32le();
  const resource = cursor.u32le();
  const [soft, hard, cpuTime] = [cursor.u64le(), cursor.u64le(), cursor.u64le()];
  return {
    kind: 'limit',
    ...head,
    signal,
    resource,
    soft: soft === unlimited ? undefined : soft,
    hard: hard === unlimited ? undefined : hard,
    cpuTime: cpuTime > 0n ? cpuTime : undefined,
  };
}

function readCgroup(cursor: Cursor, head: Head): CgroupRecord | undefined {
  if (cursor.remaining < recordBytes.cgroup - recordBytes.head) return undefined;
  const id = cursor.u64le();
  const hierarchy = cursor.u32le();
  const pathSize = cursor.u32le();
  if (cursor.remaining < pathSize) return undefined;
  return { kind: 'cgroup', ...head, cgroup: { hierarchy, id }, path: decodeCString(cursor.bytes(pathSize)) };
}

function readSignal(cursor: Cursor, head: Head): SignalRecord {
  const target = readWho(cursor);
  const signal = cursor.i32le();
  const code = cursor.i32le();
  const group = cursor.u32le() !== 0;
  const result = cursor.i32le();
  const disposition = cursor.u32le();
  const hasAddress = cursor.u32le() !== 0;
  const address = cursor.u64le();
  return {
    kind: 'signal',
    at: head.at,
    who: head.who,
    target,
    signal,
    code,
    group,
    result,
    disposition,
    address: hasAddress ? address : undefined,
  };
}
