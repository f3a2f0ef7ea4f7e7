/**
 * Kernel records in, wire events out.
 *
 * - Every process that an event refers to is described before it: `#mention` sees to that.
 * - A fork is held back for a moment (limits.ts): most are followed by an exec, whose description says everything
 *   the fork's would. Whatever else mentions the child brings the description out first.
 * - The end of one life is reported once, although two last threads can both seem to be the last.
 * - Each event carries the ring position up to which the ring may be released once the event is delivered.
 */
import { cutText } from '../bytes/text.js';
import { limits, type KnownEvent, type ProcessRef, type SignalEvent } from '../contract.js';
import type {
  CgroupRecord,
  CoreRecord,
  ExecRecord,
  ExitRecord,
  ForkRecord,
  KernelRecord,
  LimitRecord,
  OomRecord,
  SignalRecord,
  TaskRecord,
  Who,
} from '../kernel/record.js';
import { isSentByProcess, signalDisposition, signalResult } from '../kernel/signal.js';
import { agentLimits } from '../limits.js';
import { freesMemory, reachedLimit } from './circumstances.js';
import { changeable, describe, describeExit, isUnchanged } from './describe.js';
import { createLife, moveTo, unknownImage, type Life } from './life.js';
import type { Host } from './host.js';
import { nobody, type LifeObserver, type Lives, type LifeTable } from './observer.js';
import { SshSources } from './ssh-sources.js';
import { ProcessTable } from './table.js';

export type { Host } from './host.js';

export type EventSink = (event: KnownEvent, position: number) => void;

type Origin = Life['origin'];

export class Tracker implements Lives {
  readonly #table = new ProcessTable();
  readonly #host: Host;
  readonly #emit: EventSink;
  readonly #observer: LifeObserver;
  readonly #heldForks = new Map<Life, { readonly at: bigint; readonly position: number }>();
  readonly #sshSources: SshSources;
  #position = 0;
  #silent = false;
  #cgroupReadsLeft: number = agentLimits.cgroupReadsPerTurnMax;

  constructor(host: Host, emit: EventSink, observer: LifeObserver = nobody) {
    this.#host = host;
    this.#emit = emit;
    this.#observer = observer;
    this.#sshSources = new SshSources(host.readSshSource);
  }

  /** Up to here the ring may be released once all that was said is delivered. */
  get safePosition(): number {
    const [held] = this.#heldForks.values();
    return held === undefined ? this.#position : Math.min(held.position, this.#position);
  }

  /** Something waits for its time to be told. */
  get holdsBack(): boolean {
    return this.#heldForks.size > 0;
  }

  /** Once per turn: forks whose time is up are told, and the turn's budget is renewed. */
  beginTurn(now: bigint): void {
    this.#cgroupReadsLeft = agentLimits.cgroupReadsPerTurnMax;
    const due = now - BigInt(agentLimits.forkHeldMs) * 1_000_000n;
    for (const [life, held] of this.#heldForks) {
      if (held.at > due) break;
      this.#mention(life, held.at);
    }
    this.#observer.turn(now, this);
  }

  /** A record whose events an earlier agent has spooled: we learn from it, and do not tell it again. */
  replay(record: KernelRecord, position: number): void {
    this.#silent = true;
    this.handle(record, position);
    this.#silent = false;
  }

  /** `position`: where the record ends in the ring. */
  handle(record: KernelRecord, position: number): void {
    const before = this.#position;
    this.#position = position;
    switch (record.kind) {
      case 'exec':
        return this.#exec(record);
      case 'fork':
        return this.#fork(record, before);
      case 'exit':
        return this.#exit(record);
      case 'signal':
        return this.#signal(record);
      case 'oom':
        return this.#oom(record);
      case 'cgroup':
        return this.#cgroup(record);
      case 'core':
        return this.#core(record);
      case 'limit':
        return this.#limit(record);
      case 'task':
        return;
    }
  }

  /** Lives that an earlier agent knew: whatever mentions them describes them. */
  learn(tasks: readonly TaskRecord[]): void {
    for (const { who } of tasks) this.#seeTask(who, false);
  }

  /**
   * A list of all live processes. Describes everyone in it anew and ends (without an event) everyone who is not: the
   * snapshot event that follows says so to the server. `refresh`: execs may have been missed, so ask /proc again.
   */
  takeSnapshot(tasks: readonly TaskRecord[], refresh: boolean): void {
    const alive = tasks.filter(({ who }) => !who.dead && who.pid !== 0);
    const starts = new Map(alive.map(({ who }) => [who.pid, who.start]));
    for (const life of this.#table.living()) {
      if (starts.get(life.who.pid) !== life.who.start) this.#table.end(life);
    }
    const lives = alive.map((task) => ({ at: task.at, life: this.#seeTask(task.who, refresh) }));
    for (const { life } of lives) life.described = undefined;
    for (const { at, life } of lives) this.#mention(life, at);
    this.#observer.listed(tasks, true, this);
  }

  /** The procfs rung: compares the list with the table; a life that is gone has ended, nobody knows how. */
  compare(tasks: readonly TaskRecord[], at: bigint, describeAnew: boolean): void {
    const alive = tasks.filter(({ who }) => !who.dead);
    const starts = new Map(alive.map(({ who }) => [who.pid, who.start]));
    for (const life of this.#table.living()) {
      if (starts.get(life.who.pid) !== life.who.start) this.#end(life, at, undefined);
    }
    const lives = alive.map((task) => {
      const known = this.#table.find(task.who.pid, task.who.start);
      return this.#seeTask(task.who, known !== undefined && known.who.comm !== task.who.comm);
    });
    for (const life of lives) {
      if (describeAnew) life.described = undefined;
      this.#mention(life, at);
    }
    this.#observer.listed(tasks, describeAnew, this);
  }

  get table(): LifeTable {
    return this.#table;
  }

  tell(event: KnownEvent, about: readonly Life[]): void {
    for (const life of about) this.#mention(life, BigInt(event.at));
    this.#say(event);
  }

  /** Descriptions of all lives that something may refer to, parents first: what a server that knows nothing needs. */
  describeAll(at: bigint): readonly KnownEvent[] {
    const events: KnownEvent[] = [];
    const done = new Set<Life>();
    const add = (life: Life): void => {
      if (done.has(life)) return;
      done.add(life);
      const parent = life.parent && this.#table.find(life.parent.pid, life.parent.start);
      if (parent) add(parent);
      events.push(this.#describe(life, at));
    };
    this.#table.known().forEach(add);
    return events;
  }

  /** Somebody of whom only pid, name and time are known, described by now. */
  mentionAt(pid: number, comm: string, at: bigint): ProcessRef | undefined {
    return this.#mentionLife(this.#table.findAt(pid, comm, at), at)?.ref;
  }

  /** Where processes live, each cgroup once. */
  cgroups(): ReadonlySet<string> {
    return new Set(this.#table.living().flatMap(({ cgroup }) => cgroup?.path ?? []));
  }

  #exec(record: ExecRecord): void {
    const life = this.#see(record.who, 'exec');
    const image = record.argsMissing ? this.#host.readImage(record.who.pid, record.who.start) : record;
    life.image = {
      exe: this.#exeOf(record),
      args: this.#redact(image?.args ?? []),
      argsCut: image?.argsCut ?? false,
    };
    life.origin = 'exec';
    life.execAt = record.at;
    life.described = undefined;
    this.#refreshCgroup(life);
    this.#sshSources.learn(record.who, record.sshSource);
    this.#mention(life, record.at);
  }

  #fork(record: ForkRecord, positionBefore: number): void {
    const known = this.#table.find(record.who.pid, record.who.start);
    if (known !== undefined) return;
    const life = this.#see(record.who, 'fork');
    life.described = undefined;
    this.#heldForks.set(life, { at: record.at, position: positionBefore });
  }

  #exit(record: ExitRecord): void {
    const life = this.#see(record.who, 'exit');
    if (life.ended && life.exitSeen) return;
    this.#end(life, record.at, record);
  }

  #end(life: Life, at: bigint, record: ExitRecord | undefined): void {
    this.#mention(life, at);
    this.#table.end(life);
    life.exitSeen = true;
    this.#say(describeExit(life, at, record, this.#host.pageBytes));
    this.#observer.died(life, at);
  }

  #signal(record: SignalRecord): void {
    if (record.signal < 1 || record.signal > 64) return;
    const target = this.#mentionWho(record.target, record.at);
    const current = this.#mentionWho(record.who, record.at);
    if (target === undefined) return;
    const sender = isSentByProcess(record.code) ? current : undefined;
    this.#observer.signalled(target, sender, record);
    const event: SignalEvent = {
      kind: 'signal',
      at: record.at.toString(),
      signal: record.signal,
      code: record.code,
      target: target.ref,
      disposition: signalDisposition(record.disposition),
      result: signalResult(record.result),
    };
    if (sender) event.sender = sender.ref;
    else if (current) event.running = current.ref;
    if (!record.group) event.thread = record.target.tid;
    if (record.address !== undefined) event.address = `0x${record.address.toString(16)}`;
    if (record.count !== undefined) event.count = record.count;
    if (record.until !== undefined) event.until = record.until.toString();
    this.#addCircumstances(event, record, target, sender);
    this.#say(event);
  }

  #addCircumstances(event: SignalEvent, record: SignalRecord, target: Life, sender: Life | undefined): void {
    const limit = reachedLimit(target, record);
    if (limit) event.limit = limit;
    if (this.#silent || sender === undefined || !freesMemory(sender, record)) return;
    const memory = this.#host.lookAtMemory(record.at, target.cgroup?.path);
    if (memory) event.memory = memory;
  }

  #limit(record: LimitRecord): void {
    this.#see(record.who, 'signal').reached = record;
  }

  #oom(record: OomRecord): void {
    const { target } = record;
    const victim =
      target.start === 0n
        ? this.#mentionLife(this.#table.findLiving(target.pid), record.at)
        : this.#mentionWho(target, record.at);
    const trigger = this.#mentionWho(record.who, record.at);
    if (victim === undefined) return;
    this.#say({
      kind: 'oom_kill',
      at: record.at.toString(),
      victim: victim.ref,
      ...(trigger && { trigger: trigger.ref }),
    });
  }

  #core(record: CoreRecord): void {
    const life = this.#table.find(record.who.pid, record.who.start);
    if (life && !this.#silent) this.#host.onCore(record, life.ref, life.image.exe);
  }

  #cgroup({ cgroup, path }: CgroupRecord): void {
    this.#host.learnCgroup(cgroup, path);
  }

  /** The idle task (pid 0) is nobody. */
  #mentionWho(who: Who, at: bigint): Life | undefined {
    return who.pid === 0 ? undefined : this.#mentionLife(this.#see(who, 'signal'), at);
  }

  #mentionLife(life: Life | undefined, at: bigint): Life | undefined {
    if (life) this.#mention(life, at);
    return life;
  }

  /** Finds or makes the life, and takes over what the record shows of it. */
  #see(who: Who, origin: Origin): Life {
    const known = this.#table.find(who.pid, who.start);
    if (known !== undefined) {
      this.#update(known, who);
      return known;
    }
    const parent = this.#table.find(who.parentPid, who.parentStart);
    const inherits = origin === 'fork';
    const life = createLife(who, origin, (inherits && parent?.image) || unknownImage, parent?.cgroup);
    if (origin !== 'exec' && !(inherits && parent)) this.#adoptUnknown(life);
    this.#update(life, who);
    this.#table.add(life);
    return life;
  }

  #update(life: Life, who: Who): void {
    life.who = who;
    if (who.cgroup !== undefined) moveTo(life, this.#host.pathOfCgroup(who.cgroup));
  }

  /** First seen by something other than its beginning: it was there before us, or its beginning was lost. */
  #adoptUnknown(life: Life): void {
    const image = life.who.kernelThread ? undefined : this.#host.readImage(life.who.pid, life.who.start);
    if (image === undefined) return;
    life.image = { ...image, args: this.#redact(image.args) };
    moveTo(life, image.cgroup);
    this.#sshSources.look(life.who);
  }

  #seeTask(who: Who, refresh: boolean): Life {
    const known = this.#table.find(who.pid, who.start);
    if (known !== undefined && !refresh) {
      this.#update(known, who);
      return known;
    }
    const image = this.#host.readImage(who.pid, who.start);
    const life = known ?? createLife(who, 'snapshot', unknownImage, undefined);
    life.described = undefined;
    moveTo(life, image?.cgroup);
    this.#update(life, who);
    this.#sshSources.look(who);
    if (image && !who.kernelThread) life.image = { ...image, args: this.#redact(image.args) };
    if (known === undefined) this.#table.add(life);
    if (image?.state !== undefined && !who.kernelThread) this.#observer.foundAs(life, image.state);
    return life;
  }

  /** Describes a life unless that was done, its ancestors before it. */
  #mention(life: Life, at: bigint): void {
    this.#heldForks.delete(life);
    const sourceAddress = this.#sshSources.of(life.who);
    if (life.described !== undefined && isUnchanged(life, life.described, sourceAddress)) return;
    // Set before the parent's turn: a damaged record may make a life its own ancestor.
    life.described = changeable(life, sourceAddress);
    const parent = life.parent && this.#table.find(life.parent.pid, life.parent.start);
    if (parent) this.#mention(parent, at);
    this.#say(this.#describe(life, at));
  }

  #describe(life: Life, at: bigint): KnownEvent {
    return describe(life, at, {
      parent: this.#parentRef(life),
      nameOf: this.#host.nameOfUser,
      sourceAddress: this.#sshSources.of(life.who),
    });
  }

  /** A parent that was never described is not named. */
  #parentRef(life: Life): ProcessRef | undefined {
    return life.parent && this.#table.find(life.parent.pid, life.parent.start)?.ref;
  }

  #exeOf(record: ExecRecord): string | undefined {
    if (record.filename.startsWith('/') && !record.filename.startsWith('/dev/fd/')) return record.filename;
    return this.#host.readExe(record.who.pid) ?? (record.filename === '' ? undefined : record.filename);
  }

  /** A service manager moves its child into a cgroup between fork and exec. Most kernels' records say so themselves. */
  #refreshCgroup(life: Life): void {
    const { pid, cgroup } = life.who;
    if (cgroup !== undefined && this.#host.pathOfCgroup(cgroup) !== undefined) return;
    if (this.#cgroupReadsLeft <= 0) return;
    this.#cgroupReadsLeft -= 1;
    moveTo(life, this.#host.readCgroup(pid));
  }

  #say(event: KnownEvent): void {
    if (!this.#silent) this.#emit(event, this.safePosition);
  }

  #redact(args: readonly string[]): readonly string[] {
    return this.#host.redact(args).map((arg) => cutText(arg, limits.argsBytesMax));
  }
}
