/**
 * Processes that are not dead and a problem: zombies, stopped ones, uninterruptible ones (proc_pid_stat(5) Z, T, D).
 *
 * - Zombies come from exits: after the grace time one system call asks whether the pid is still there, and almost none is.
 *   Only those that are have their state read.
 * - Stopped ones come from signals, which also say who did it, and from looking; SIGCONT ends them to the nanosecond.
 * - Uninterruptible ones have no event. The kernel is asked for them now and then; on the rungs where that cannot be, a few
 *   living processes are looked at each second, in turn. One that is D, and after the grace time still is without having
 *   run in between (as the kernel's khungtaskd asks), is one.
 * - Everything is done once a second within fixed budgets, however many processes live or die (limits.ts).
 * - What is open is kept outside (`keep`) before it is told, so that a successor ends it and does not tell it under
 *   another `since`. A successor tells everything in there again; one episode is (process, state, since).
 */
import type { EpisodeEvent } from '../contract.js';
import type { SignalRecord, TaskRecord, Who } from '../kernel/record.js';
import { continues, stops } from '../kernel/signal.js';
import { agentLimits } from '../limits.js';
import { beginEpisode, endEpisode, lifeOf, peopleOf, type Episode } from './episode.js';
import { createLife, lifeKey, unknownImage, type Life } from './life.js';
import type { LifeObserver, Lives } from './observer.js';
import { UncheckedDeaths } from './unchecked-deaths.js';

/** A look at one process. */
export interface Look {
  /** Letter of proc_pid_stat(5). */
  readonly state: string;
  readonly parentPid: number;
}

export interface States {
  /** Everybody who is stopped or uninterruptible, where the kernel can be asked for them. */
  readonly halted: (() => readonly Pick<Who, 'pid' | 'start'>[]) | undefined;
  /** Whether the pid is in use, be it by a zombie or by somebody else meanwhile. */
  exists(pid: number): boolean;
  /** Undefined when that life is gone, reaped included. */
  look(pid: number, start: bigint): Look | undefined;
  /** Kernel function that it waits in. */
  waitChannel(pid: number): string | undefined;
  /** How often it was taken off a processor. */
  switches(pid: number): number | undefined;
}

export interface EpisodesOptions {
  readonly states: States;
  /** What an earlier agent of this boot and rung has kept. */
  readonly kept: readonly EpisodeEvent[];
  readonly keep: (episodes: readonly EpisodeEvent[]) => void;
}

const second = 1_000_000_000n;
const stateLetters = { zombie: 'Z', stopped: 'T', uninterruptible: 'D' } as const;
const graceNs = {
  zombie: ns(agentLimits.zombieGraceMs),
  stopped: ns(agentLimits.stoppedGraceMs),
  uninterruptible: ns(agentLimits.uninterruptibleGraceMs),
} as const;

export class Episodes implements LifeObserver {
  readonly #states: States;
  readonly #keep: EpisodesOptions['keep'];
  readonly #deaths = new UncheckedDeaths();
  /** Those that are open and those that are not yet told; by life. */
  readonly #episodes = new Map<string, Episode>();
  /** To be looked at in this round, the next one last. */
  #round: Life[] = [];
  #ended: EpisodeEvent[] = [];
  #untold = new Set<Episode>();
  #tellAll: boolean;
  #keptEnded = false;
  #dueAt: bigint | undefined;
  #haltedDueAt = 0n;

  constructor({ states, kept, keep }: EpisodesOptions) {
    this.#states = states;
    this.#keep = keep;
    for (const event of kept) {
      if (event.until !== undefined) this.#ended.push(event);
      else this.#add({ event, life: undefined, since: BigInt(event.since), told: true, switches: undefined });
    }
    this.#tellAll = kept.length > 0;
  }

  died(life: Life, at: bigint): void {
    const known = this.#episodes.get(life.key);
    if (known?.event.state === 'zombie') return;
    if (known) this.#end(known, at);
    this.#deaths.add(life, at);
  }

  foundAs(life: Life, state: string): void {
    if (state === 'T' || state === 'D') this.#round.push(life);
  }

  /** Who ended before anybody watched is in no table. */
  listed(tasks: readonly TaskRecord[], anew: boolean, { table }: Lives): void {
    this.#tellAll ||= anew;
    for (const { at, who } of tasks) {
      if (!who.dead || who.pid === 0) continue;
      const life = table.find(who.pid, who.start);
      const cgroup = table.find(who.parentPid, who.parentStart)?.cgroup;
      this.#deaths.addListed(life ?? createLife(who, 'snapshot', unknownImage, cgroup), at);
    }
  }

  signalled(target: Life, sender: Life | undefined, { at, signal, result, disposition }: SignalRecord): void {
    if (target.ended || target.who.dead) return;
    const known = this.#episodes.get(target.key);
    if (continues(signal)) {
      if (known?.event.state === 'stopped' && at > known.since) this.#end(known, at);
    } else if (known === undefined && result === 0 && stops(signal, disposition)) {
      this.#add(beginEpisode(target, 'stopped', at, { signal, ...(sender && { sender: sender.ref }) }));
    }
  }

  turn(now: bigint, lives: Lives): void {
    // What happened before we came is read first: it knows better than a look when something ended.
    this.#dueAt ??= now + second;
    if (now < this.#dueAt) return;
    this.#dueAt = now + second;
    for (const { life, at } of this.#deaths.takeDue(now - graceNs.zombie)) this.#checkDeath(life, at, lives);
    this.#goRound(now, lives);
    this.#followUp(now, lives);
    this.#tell(now, lives);
  }

  #checkDeath(life: Life, at: bigint, lives: Lives): void {
    const known = this.#episodes.get(life.key);
    if (known) known.life ??= life;
    else if (this.#mayBe(life.who.pid, life.who.start, lives)) this.#add(beginEpisode(life, 'zombie', at));
  }

  #goRound(now: bigint, lives: Lives): void {
    if (this.#round.length === 0) this.#round = this.#nextRound(now, lives);
    const looks = Math.min(agentLimits.stateLooksPerSecond, this.#round.length);
    for (let count = 0; count < looks; count += 1) {
      const life = this.#round.pop();
      if (life !== undefined && !life.ended && !this.#episodes.has(life.key)) this.#lookAt(life, now);
    }
  }

  #nextRound(now: bigint, { table }: Lives): Life[] {
    const { halted } = this.#states;
    if (halted === undefined) return table.living().filter(({ who }) => !who.kernelThread);
    if (now < this.#haltedDueAt) return [];
    const beganMs = performance.now();
    const lives = halted().flatMap(({ pid, start }) => table.find(pid, start) ?? []);
    const pauseMs = (performance.now() - beganMs) / agentLimits.haltedShareMax;
    this.#haltedDueAt = now + ns(Math.ceil(Math.max(pauseMs, agentLimits.haltedCheckMs)));
    return lives.filter(({ who, key }) => !who.kernelThread && !this.#episodes.has(key));
  }

  #lookAt(life: Life, now: bigint): void {
    const { pid, start } = life.who;
    const state = this.#states.look(pid, start)?.state;
    if (state === 'T') this.#add(beginEpisode(life, 'stopped', now));
    if (state !== 'D') return;
    const waitChannel = this.#states.waitChannel(pid);
    const episode = beginEpisode(life, 'uninterruptible', now, waitChannel === undefined ? {} : { waitChannel });
    episode.switches = this.#states.switches(pid);
    this.#add(episode);
  }

  #followUp(now: bigint, lives: Lives): void {
    let looksLeft = agentLimits.episodeLooksPerSecondMax;
    for (const [key, episode] of [...this.#episodes]) {
      episode.life ??= lifeOf(episode, lives);
      const { pid, start, state } = episode.event;
      if (state === 'zombie' && !this.#mayBe(pid, BigInt(start), lives)) this.#end(episode, now);
      else if (looksLeft > 0 && needsLook(episode, now, lives)) {
        looksLeft -= 1;
        // To the end of the queue: with more than the budget allows everybody has a turn.
        this.#episodes.delete(key);
        this.#episodes.set(key, episode);
        this.#look(episode, now, lives);
      }
    }
  }

  #look(episode: Episode, now: bigint, lives: Lives): void {
    const { pid, start, state, parent } = episode.event;
    const look = this.#states.look(pid, BigInt(start));
    if (look?.state !== stateLetters[state] || !this.#hasNotRun(episode)) return this.#end(episode, now);
    if (state === 'zombie') {
      const waiting = lives.table.findLiving(look.parentPid)?.ref;
      if (waiting !== undefined && waiting.start !== parent?.start) {
        episode.event = { ...episode.event, parent: waiting };
        this.#untold.add(episode);
      }
    }
    if (!episode.told) this.#untold.add(episode);
  }

  #hasNotRun(episode: Episode): boolean {
    if (episode.event.state !== 'uninterruptible') return true;
    const switches = this.#states.switches(episode.event.pid);
    episode.switches ??= switches;
    return switches === episode.switches;
  }

  /** A pid that somebody else has by now was reaped. */
  #mayBe(pid: number, start: bigint, lives: Lives): boolean {
    const living = lives.table.findLiving(pid);
    return (living === undefined || living.who.start === start) && this.#states.exists(pid);
  }

  #add(episode: Episode): void {
    if (this.#episodes.size >= agentLimits.episodesMax) return;
    const { pid, start } = episode.event;
    this.#episodes.set(lifeKey(pid, BigInt(start)), episode);
  }

  #end(episode: Episode, at: bigint): void {
    const { pid, start } = episode.event;
    this.#episodes.delete(lifeKey(pid, BigInt(start)));
    this.#untold.delete(episode);
    if (episode.told) this.#ended.push(endEpisode(episode, at));
  }

  #tell(now: bigint, lives: Lives): void {
    const untold = this.#untold;
    if (this.#tellAll) for (const episode of this.#episodes.values()) if (episode.told) untold.add(episode);
    for (const episode of untold) episode.told = true;
    if (untold.size > 0 || this.#ended.length > 0 || this.#keptEnded) this.#keepAll();
    const at = now.toString();
    for (const event of this.#ended) lives.tell({ ...event, at }, peopleOf(event, lives));
    for (const { event, life } of untold) {
      // It may be a server that has lost the description too.
      if (this.#tellAll && life) life.described = undefined;
      lives.tell({ ...event, at }, life ? [life, ...peopleOf(event, lives)] : peopleOf(event, lives));
    }
    this.#ended = [];
    this.#untold = new Set();
    this.#tellAll = false;
  }

  #keepAll(): void {
    const open = [...this.#episodes.values()].filter(({ told }) => told).map(({ event }) => event);
    this.#keep([...open, ...this.#ended]);
    this.#keptEnded = this.#ended.length > 0;
  }
}

/** An open zombie needs none while its parent lives: whether it is there is asked more cheaply. */
function needsLook({ event, since, told }: Episode, now: bigint, lives: Lives): boolean {
  if (!told) return now >= since + graceNs[event.state];
  if (event.state !== 'zombie') return true;
  return event.parent === undefined || lives.table.find(event.parent.pid, BigInt(event.parent.start))?.ended !== false;
}

function ns(milliseconds: number): bigint {
  return BigInt(milliseconds) * 1_000_000n;
}
