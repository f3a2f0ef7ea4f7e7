/**
 * Who is behind a thread's number at this point of the trace.
 *
 * Trace events name tasks by number alone. What makes (pid, start) of it:
 * - `start` is the time of the task_newtask event. That is microseconds after the start that the kernel keeps, so /proc's,
 *   which it shows in ticks of 10 ms, is never later: who has a pid now is the life we know unless it began in a later tick.
 * - Of a process that is older than the trace /proc tells the start, in whole ticks.
 * - One that neither tells begins, for us, with the first event that mentions it: a time of its own, and nobody else's.
 * - The number means the same life until its end, or until another task is born with it. After a gap in the trace it is
 *   in doubt, and /proc has to confirm it; where it cannot, what follows is told of a new life rather than of a wrong one.
 *
 * docs/decisions/2026-11-21-tracefs.md has the reasons.
 */
import { nanosecondsToTicks, ticksToNanoseconds } from '../../kernel/boot-clock.js';
import type { Who } from '../../kernel/record.js';
import { agentLimits } from '../../limits.js';
import { Endings } from './ending.js';

export interface TracedLife {
  who: Who;
  /** Threads that live, the first one included. */
  threads: number;
  endings: Endings;
  /** Numbers of its further threads. */
  readonly others: Set<number>;
  /** The last doubt that it outlived. */
  certainty: number;
  /** The next agent will know it. */
  kept: boolean;
}

/** As one agent leaves it to the next. */
export interface KeptLife {
  readonly who: Who;
  /** Further threads that live. */
  readonly others: readonly number[];
}

/** What /proc tells; each answer can be "gone". */
export interface LiveProcesses {
  readTask(pid: number): Who | undefined;
  processOfThread(tid: number): number | undefined;
  threadsOf(pid: number): readonly number[];
}

/** /proc's start is that much older than the event of the same birth, at most. */
const sameBirthNs = 20_000_000n;

export class TracedLives {
  readonly #proc: LiveProcesses;
  /** By the number of each thread; that of an ended one means it until it is given to another. */
  readonly #byTid = new Map<number, TracedLife>();
  readonly #endedTids = new Map<number, TracedLife>();
  /** Since takeChanges(). */
  readonly #changed = new Set<TracedLife>();
  #ended: number[] = [];
  #doubts = 0;

  constructor(proc: LiveProcesses) {
    this.#proc = proc;
  }

  /** Lives that an earlier agent knew. */
  restore(lives: readonly KeptLife[]): void {
    for (const { who, others } of lives) {
      const life = this.#add(who);
      life.kept = true;
      for (const tid of others) this.beginThread(tid, life);
    }
    this.#changed.clear();
  }

  /** Whoever lives and is new, or changed, and the pids of those who ended and were among such once. */
  takeChanges(): { readonly began: readonly KeptLife[]; readonly ended: readonly number[] } {
    const began = [...this.#changed].filter(({ who }) => !who.dead);
    for (const life of began) life.kept = true;
    this.#changed.clear();
    const ended = this.#ended;
    this.#ended = [];
    return { began: began.map(keptOf), ended };
  }

  living(): readonly TracedLife[] {
    return [...this.#byTid].flatMap(([tid, life]) => (tid === life.who.pid && !life.who.dead ? [life] : []));
  }

  /** Events are missing: whoever is known now may be somebody else. */
  doubt(): void {
    this.#doubts += 1;
  }

  /** Whose thread it is; `comm` says what it is called where nobody knows it. Undefined: the idle task. */
  of(tid: number, at: bigint, comm = ''): TracedLife | undefined {
    if (tid === 0) return undefined;
    const known = this.#byTid.get(tid);
    if (known !== undefined && this.#isCertain(known)) return known;
    return this.#discover(tid, at) ?? this.#add(unknownWho(tid, at, comm));
  }

  /** Undefined where nobody has asked for it yet. */
  find(tid: number): TracedLife | undefined {
    return this.#byTid.get(tid);
  }

  beginThread(tid: number, life: TracedLife): void {
    life.threads += 1;
    life.others.add(tid);
    this.#byTid.set(tid, life);
    this.#changed.add(life);
  }

  /** `who.start` is the time of the event. Undefined when it is known already, from /proc. */
  begin(who: Who): TracedLife | undefined {
    const known = this.#byTid.get(who.pid);
    if (known !== undefined && !known.who.dead && known.who.pid === who.pid) {
      if (isSameBirth(known.who.start, who.start)) return undefined;
      this.end(known);
    }
    return this.#add(who);
  }

  /** exec: the other threads are gone, and whoever called it is the first now. */
  keepFirstThread(life: TracedLife): void {
    for (const tid of life.others) if (this.#byTid.get(tid) === life) this.#byTid.delete(tid);
    life.others.clear();
    life.threads = 1;
    life.endings = new Endings();
    this.#changed.add(life);
  }

  endThread(tid: number, life: TracedLife): void {
    life.threads = Math.max(0, life.threads - 1);
    if (!life.others.delete(tid)) return;
    this.#bury(tid, life);
    this.#changed.add(life);
  }

  end(life: TracedLife): void {
    life.who = { ...life.who, dead: true };
    if (life.kept) this.#ended.push(life.who.pid);
    for (const tid of life.others) this.#bury(tid, life);
    life.others.clear();
    this.#bury(life.who.pid, life);
  }

  /** Joins a list of /proc with what is known. Everything that happened before the end of the listing was told before. */
  reconcile(listed: readonly Who[], since: bigint): readonly Who[] {
    const pids = new Set(listed.map(({ pid }) => pid));
    for (const life of this.living()) {
      if (life.certainty !== this.#doubts) this.#beginThreads(life);
      life.certainty = this.#doubts;
      if (!pids.has(life.who.pid) && life.who.start < since) this.end(life);
    }
    for (const who of listed) this.see(who);
    for (const life of this.living()) life.who = { ...life.who, parentStart: this.#startOfParent(life.who) };
    return this.living().map(({ who }) => who);
  }

  /** Somebody of whom the trace may say what /proc says: the start that it is known by. */
  startOf(listed: Who): bigint {
    return this.#sameLife(listed)?.who.start ?? listed.start;
  }

  /** What /proc shows of somebody. */
  see(listed: Who): void {
    const same = this.#sameLife(listed);
    // Ended while the list was made.
    if (same?.who.dead) return;
    if (same !== undefined) {
      same.who = { ...listed, start: same.who.start };
      return;
    }
    const known = this.#byTid.get(listed.pid);
    if (known !== undefined && !known.who.dead && known.who.pid === listed.pid) this.end(known);
    this.#addFromProc(listed);
  }

  #sameLife({ pid, start }: Who): TracedLife | undefined {
    const known = this.#byTid.get(pid);
    return known?.who.pid === pid && isNotYounger(start, known.who.start) ? known : undefined;
  }

  #isCertain(life: TracedLife): boolean {
    if (life.who.dead || life.certainty === this.#doubts) return true;
    const now = this.#proc.readTask(life.who.pid);
    if (now !== undefined && isNotYounger(now.start, life.who.start)) {
      life.certainty = this.#doubts;
      return true;
    }
    this.end(life);
    return false;
  }

  #discover(tid: number, at: bigint): TracedLife | undefined {
    const pid = this.#proc.processOfThread(tid);
    if (pid === undefined) return undefined;
    const known = pid === tid ? undefined : this.#byTid.get(pid);
    if (known !== undefined && !known.who.dead) {
      this.beginThread(tid, known);
      return known;
    }
    const who = this.#proc.readTask(pid);
    // Somebody younger has the number now.
    if (who === undefined || who.start > at) return undefined;
    return this.#addFromProc({ ...who, parentStart: this.#startOfParent(who) });
  }

  #addFromProc(who: Who): TracedLife {
    const life = this.#add(who);
    this.#beginThreads(life);
    return life;
  }

  /** Those that /proc shows and nobody else told of. */
  #beginThreads(life: TracedLife): void {
    const { pid, kernelThread } = life.who;
    if (kernelThread) return;
    for (const tid of this.#proc.threadsOf(pid)) if (tid !== pid && !life.others.has(tid)) this.beginThread(tid, life);
  }

  #add(who: Who): TracedLife {
    const life: TracedLife = {
      who,
      threads: 1,
      endings: new Endings(),
      others: new Set(),
      certainty: this.#doubts,
      kept: false,
    };
    this.#byTid.set(who.pid, life);
    this.#changed.add(life);
    return life;
  }

  #startOfParent({ parentPid, parentStart }: Who): bigint {
    const parent = this.#byTid.get(parentPid);
    return parent !== undefined && parent.who.pid === parentPid && !parent.who.dead ? parent.who.start : parentStart;
  }

  #bury(tid: number, life: TracedLife): void {
    this.#endedTids.delete(tid);
    this.#endedTids.set(tid, life);
    if (this.#endedTids.size <= agentLimits.endedLivesMax) return;
    const [oldest] = this.#endedTids;
    if (oldest === undefined) return;
    const [oldTid, oldLife] = oldest;
    this.#endedTids.delete(oldTid);
    if (this.#byTid.get(oldTid) === oldLife) this.#byTid.delete(oldTid);
  }
}

/** Whether what is known is /proc's start of the task that the event tells of. */
function isSameBirth(known: bigint, event: bigint): boolean {
  const isOfProc = known === ticksToNanoseconds(nanosecondsToTicks(known));
  return isOfProc && event >= known && event - known < sameBirthNs;
}

export function keptOf({ who, others }: TracedLife): KeptLife {
  return { who, others: [...others] };
}

/** `found` as /proc shows it, in whole ticks. */
function isNotYounger(found: bigint, known: bigint): boolean {
  return nanosecondsToTicks(found) <= nanosecondsToTicks(known);
}

function unknownWho(pid: number, at: bigint, comm: string): Who {
  return {
    pid,
    tid: pid,
    start: at,
    parentPid: 0,
    parentStart: 0n,
    uid: undefined,
    euid: undefined,
    loginUid: undefined,
    session: undefined,
    kernelThread: false,
    dead: false,
    comm,
    tty: undefined,
    cgroup: undefined,
  };
}
