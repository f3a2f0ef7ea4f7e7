/**
 * Trace events in, the records of kernel/record.ts out, so that the tracker serves every rung.
 *
 * A chunk of events is translated at once: what an event does not carry is often in one shortly behind it. Whether a
 * signal is caught shows when it is delivered; a process whose end is in the chunk is not looked for in /proc.
 */
import { cloneFlags, commOfFile } from '../../kernel/task.js';
import type { ExecRecord, KernelRecord, SignalRecord, Who } from '../../kernel/record.js';
import type { SignalSets } from '../../kernel/signal-sets.js';
import type { FileSizeLimit } from '../../kernel/proc-limits.js';
import { isTimerNoise, signalDispositions } from '../../kernel/signal.js';
import type { TraceEvent } from '../../kernel/trace/event.js';
import type { TracedLife, TracedLives } from './lives.js';

type Of<Kind extends TraceEvent['kind']> = Extract<TraceEvent, { readonly kind: Kind }>;
type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

/** TRACE_SIGNAL_* of include/trace/events/signal.h: the kernel kept it, if need be without its information. */
const takenResults: ReadonlySet<number> = new Set([0, 4]);
const ignoredResult = 1;
const sigxfsz = 25;
/** RLIMIT_FSIZE, asm-generic. */
const fileSize = 1;

const nobody: Who = {
  pid: 0,
  tid: 0,
  start: 0n,
  parentPid: 0,
  parentStart: 0n,
  uid: 0,
  euid: 0,
  loginUid: undefined,
  session: undefined,
  kernelThread: true,
  dead: false,
  comm: '',
  tty: undefined,
  cgroup: undefined,
};

/** What /proc tells of a living process. */
export interface LiveDetails {
  readTask(pid: number): Who | undefined;
  readSignalSets(pid: number): SignalSets | undefined;
  readFileSizeLimit(pid: number, start: bigint): FileSizeLimit | undefined;
}

export function translate(
  events: readonly TraceEvent[],
  lives: TracedLives,
  details: LiveDetails,
): readonly KernelRecord[] {
  const chunk = new Chunk(events, lives, details);
  for (const event of events) chunk.take(event);
  return chunk.finish();
}

class Chunk {
  readonly #lives: TracedLives;
  readonly #details: LiveDetails;
  readonly #records: KernelRecord[] = [];
  /** When a thread ends in this chunk. */
  readonly #ends = new Map<number, bigint>();
  readonly #execs = new Map<TracedLife, Mutable<ExecRecord>>();
  readonly #open = new Map<TracedLife, Mutable<SignalRecord>[]>();
  readonly #limitsRead = new Set<TracedLife>();

  constructor(events: readonly TraceEvent[], lives: TracedLives, details: LiveDetails) {
    this.#lives = lives;
    this.#details = details;
    for (const event of events) if (event.kind === 'exit') this.#ends.set(event.tid, event.at);
  }

  take(event: TraceEvent): void {
    switch (event.kind) {
      case 'newtask':
        return this.#newTask(event);
      case 'exec':
        return this.#exec(event);
      case 'exit':
        return this.#exit(event);
      case 'generate':
        return this.#generate(event);
      case 'deliver':
        return this.#deliver(event);
      case 'oom':
        return this.#oom(event);
      case 'exit-call':
        return this.#exitCall(event);
    }
  }

  finish(): readonly KernelRecord[] {
    for (const [life, records] of this.#open) this.#settle(life, records);
    return this.#records.filter((record) => record.kind !== 'signal' || !isTimerNoise(record));
  }

  #newTask({ at, tid, child, comm, flags }: Of<'newtask'>): void {
    const creator = this.#lives.of(tid, at);
    if ((flags & cloneFlags.thread) !== 0) {
      if (creator !== undefined) this.#lives.beginThread(child, creator);
      return;
    }
    const from = creator?.who ?? nobody;
    const parent =
      (flags & cloneFlags.parent) !== 0
        ? { parentPid: from.parentPid, parentStart: from.parentStart }
        : { parentPid: from.pid, parentStart: from.start };
    const who: Who = { ...from, ...parent, pid: child, tid: child, start: at, comm, dead: false };
    const life = this.#lives.begin(who);
    if (life !== undefined) this.#records.push({ kind: 'fork', at, who });
  }

  #exec({ at, pid, filename }: Of<'exec'>): void {
    const life = this.#lives.of(pid, at);
    if (life === undefined) return;
    this.#lives.keepFirstThread(life);
    const comm = commOfFile(filename) ?? life.who.comm;
    const now = this.#livesOn(pid, at) ? this.#details.readTask(pid) : undefined;
    life.who = { ...life.who, ...(now && credentials(now)), comm, kernelThread: false };
    const earlier = this.#execs.get(life);
    // What /proc shows now is not the earlier image.
    if (earlier !== undefined) earlier.argsMissing = false;
    const argsMissing = now !== undefined && now.comm === comm;
    const record: Mutable<ExecRecord> = {
      kind: 'exec',
      at,
      who: life.who,
      filename,
      args: [],
      argsCut: false,
      argsMissing,
      sshSource: undefined,
    };
    this.#execs.set(life, record);
    this.#records.push(record);
  }

  #exit({ at, tid, comm, groupDead }: Of<'exit'>): void {
    // A thread of somebody whom nobody knows: its process is told when something is told of it.
    if (groupDead === false && this.#lives.find(tid) === undefined) return;
    const life = this.#lives.of(tid, at, comm);
    if (life === undefined || life.who.dead) return;
    this.#lives.endThread(tid, life);
    if (!(groupDead ?? life.threads === 0)) return;
    if (tid === life.who.pid) life.who = { ...life.who, comm };
    const { status } = life.endings;
    this.#lives.end(life);
    this.#records.push({ kind: 'exit', at, who: life.who, status });
  }

  #generate({ at, tid, signal, code, target: targetTid, comm, group, result }: Of<'generate'>): void {
    const target = this.#lives.of(targetTid, at, comm);
    const running = this.#lives.of(tid, at);
    if (target === undefined) return;
    target.endings.generated(signal, takenResults.has(result));
    if (signal === sigxfsz && !group && running === target) this.#fileSizeLimit(at, target);
    const record: Mutable<SignalRecord> = {
      kind: 'signal',
      at,
      who: running === undefined ? nobody : { ...running.who, tid },
      target: { ...target.who, tid: targetTid },
      signal,
      code,
      group,
      result,
      disposition: signalDispositions.default,
      address: undefined,
    };
    this.#records.push(record);
    const open = this.#open.get(target);
    if (open === undefined) this.#open.set(target, [record]);
    else open.push(record);
  }

  /** Once in a chunk: whoever catches the signal may get it with every write. Limits of processor time change as they are reached. */
  #fileSizeLimit(at: bigint, life: TracedLife): void {
    if (this.#limitsRead.has(life)) return;
    this.#limitsRead.add(life);
    const { who } = life;
    const limit = this.#details.readFileSizeLimit(who.pid, who.start);
    if (limit === undefined) return;
    this.#records.push({ kind: 'limit', at, who, signal: sigxfsz, resource: fileSize, ...limit, cpuTime: undefined });
  }

  #deliver({ at, tid, signal, handled }: Of<'deliver'>): void {
    const life = this.#lives.of(tid, at);
    if (life === undefined) return;
    life.endings.delivered(tid, signal, handled);
    const open = this.#open.get(life);
    const index = open?.findIndex((record) => record.signal === signal) ?? -1;
    const [record] = index < 0 ? [] : open!.splice(index, 1);
    if (record !== undefined && handled) record.disposition = signalDispositions.caught;
  }

  #oom({ at, tid, victim }: Of<'oom'>): void {
    const life = this.#lives.of(victim, at);
    if (life === undefined) return;
    this.#records.push({ kind: 'oom', at, who: this.#lives.of(tid, at)?.who ?? nobody, target: life.who });
  }

  #exitCall({ at, tid, group, code }: Of<'exit-call'>): void {
    const life = this.#lives.of(tid, at);
    life?.endings.exitCall(tid, code, { group, leader: tid === life.who.pid });
  }

  /** Signals whose delivery is not in the chunk. */
  #settle(life: TracedLife, records: readonly Mutable<SignalRecord>[]): void {
    if (records.length === 0 || life.who.dead || life.endings.status !== undefined) return;
    const sets = this.#details.readSignalSets(life.who.pid);
    for (const record of records) {
      const bit = 1n << BigInt(record.signal - 1);
      if (((sets?.caught ?? 0n) & bit) !== 0n) record.disposition = signalDispositions.caught;
      else if (((sets?.ignored ?? 0n) & bit) !== 0n) record.disposition = signalDispositions.ignored;
      else if (sets === undefined && record.result === ignoredResult) record.disposition = signalDispositions.ignored;
    }
  }

  #livesOn(pid: number, at: bigint): boolean {
    const end = this.#ends.get(pid);
    return end === undefined || end < at;
  }
}

function credentials({ uid, euid, loginUid, session, tty }: Who): Partial<Who> {
  return { uid, euid, loginUid, session, tty };
}
