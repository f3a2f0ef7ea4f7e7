/**
 * The spool: what happened goes in by turns, batches for the wire come out, and nothing is lost in between that is not
 * counted. A run is what one start of the agent wrote.
 *
 * - Numbers are never used twice: a run has an epoch of its own, and only the agent that began it adds to it. So a
 *   crash may tear the end of a run, whatever of that the server has already.
 * - journal.ts is the writing side, delivery.ts the reading side, room.ts what bounds both.
 * - What the server has acknowledged goes with its segment, but the last segment stays: it says how far the ring was read.
 * - The ledger (src/contract/ledger.ts) is told in the events' own order: what a mark counts was numbered before it.
 */
import type { KnownEvent } from '../contract.js';
import { agentLimits } from '../limits.js';
import type { Log } from '../log.js';
import { Delivery, type Outgoing, type Progress } from './delivery.js';
import type { Disk } from './disk.js';
import { Journal } from './journal.js';
import { Room } from './room.js';
import type { RunHeader } from './segment.js';
import { Runs, type RunEnd } from './runs.js';
import { Segments } from './segments.js';
import { plus, tallyOf, type Tally } from './tally.js';

export interface SpoolOptions {
  readonly disk: Disk;
  readonly header: RunHeader;
  readonly bytesMax: number;
  readonly log: Log;
  readonly memoryBytesMax?: number;
  readonly syncMs?: number;
  /** An epoch begins in mid-run: the process list has to be told anew. */
  readonly onNewEpoch?: () => void;
}

export class Spool {
  readonly #header: RunHeader;
  readonly #runs: Runs;
  readonly #journal: Journal;
  readonly #room: Room;
  readonly #delivery: Delivery;
  #pushed: string[] = [];
  #isUrgent = false;
  #positions: readonly [ringPosition: number, releasable: number] = [0, 0];
  #snapshot: number | undefined;
  #marked: Tally | undefined;
  /** Of the last event: between two others none must look older, or a gap before it would. */
  #at: string;
  readonly #unsaid: RunEnd[];
  /** There is more to send; `isUrgent`: perhaps somebody waits for it. */
  onAppended: ((isUrgent: boolean) => void) | undefined;
  /** Files that are no segments of this version and were set aside. */
  readonly foreign: string[] = [];

  constructor(options: SpoolOptions) {
    const { disk, header, bytesMax, log } = options;
    this.#header = header;
    this.#at = header.start.at;
    const segmentBytesMax = Math.min(agentLimits.spoolSegmentBytes, Math.ceil(bytesMax / 4));
    const segments = new Segments(disk, segmentBytesMax);
    const journal = new Journal({
      segments,
      header,
      log,
      memoryBytesMax: options.memoryBytesMax ?? agentLimits.bufferBytesMax,
      cacheBytesMax: segmentBytesMax,
      syncMs: options.syncMs ?? agentLimits.spoolSyncMs,
      onDropped: (frames) => this.#room.carry(header.epoch, frames),
    });
    this.#journal = journal;
    try {
      segments.find((name) => this.foreign.push(name));
    } catch (error) {
      journal.fail(error);
    }
    const runs = new Runs(segments, header, log);
    const room = new Room({ segments, runs, bytesMax, log, onDiskFailure: (error) => journal.fail(error) });
    const onNewEpoch = () => {
      this.#marked = undefined;
      options.onNewEpoch?.();
    };
    this.#runs = runs;
    this.#unsaid = [...runs.unsaid];
    this.#room = room;
    this.#delivery = new Delivery({ disk, header, segments, runs, journal, room, log, onNewEpoch });
  }

  /** What the runs before this one have told of that ring: everything before this position. */
  toldPosition(ring: string | undefined): number {
    return this.#runs.toldPosition(ring);
  }

  /** The last events, as JSON, of the runs of this boot before this one. */
  lastLines(): readonly string[] {
    return this.#runs.lastLines();
  }

  /** Events wait for the end of their turn. */
  push(event: KnownEvent): void {
    this.#at = event.at;
    this.#pushed.push(JSON.stringify(event));
    this.#isUrgent ||= !canWait(event);
    if (event.kind === 'snapshot') this.#snapshot ??= this.#journal.last + this.#pushed.length;
  }

  /** The ledger's side of the agent: what was pushed until now. Nothing is said twice. */
  mark(at: string): void {
    this.#speakForOthers();
    const read = plus(this.#journal.read, tallyOf(this.#pushed));
    if (JSON.stringify(read) === JSON.stringify(this.#marked)) return;
    this.#marked = read;
    this.push({ kind: 'ledger', at, run: this.#header.epoch, read });
  }

  /**
   * The end of a turn: what was pushed is all that there is to say about the ring up to `ringPosition`. Once it is safe,
   * the ring may be released up to `releasable`.
   */
  commit(ringPosition: number, releasable: number): void {
    this.#positions = [ringPosition, releasable];
    this.flush();
  }

  /** Of what is not of the ring. */
  flush(): void {
    const hasMore = this.#pushed.length > 0;
    const isUrgent = this.#isUrgent;
    this.#isUrgent = false;
    this.#journal.append(this.#pushed, ...this.#positions);
    this.#pushed = [];
    this.#room.make();
    if (hasMore) this.onAppended?.(isUrgent);
  }

  /** Undefined: nothing holds the ring back. */
  get releasable(): number | undefined {
    return this.#journal.releasable;
  }

  get isEmpty(): boolean {
    return this.#delivery.isEmpty;
  }

  /** What happened until now survives this agent and this boot, or the server has it. */
  get isDurable(): boolean {
    return this.#journal.releasable === undefined;
  }

  /** What happened until now survives this agent, though perhaps not this boot. */
  get isWritten(): boolean {
    return this.#journal.isWritten;
  }

  /** The server has this run's first process list. */
  get hasDeliveredSnapshot(): boolean {
    return this.#snapshot !== undefined && this.#delivery.hasDelivered(this.#snapshot);
  }

  next(eventsMax: number, charactersMax: number): Outgoing | undefined {
    return this.#delivery.next(eventsMax, charactersMax);
  }

  acknowledge(committed: number): Progress {
    return this.#delivery.acknowledge(committed);
  }

  renumber(opening: () => readonly KnownEvent[]): void {
    this.#delivery.renumber(opening);
  }

  async sync(): Promise<void> {
    await this.#journal.sync();
    this.#speakForOthers();
  }

  async close(): Promise<void> {
    await this.#journal.close();
    this.#room.attempt(() => this.#delivery.writeCursor());
  }

  /** Of the runs before this one: once what they wrote is durable, since only then it is known to stay. */
  #speakForOthers(): void {
    if (this.#journal.hasInherited) return;
    for (const end of this.#unsaid.splice(0)) this.push({ kind: 'ledger', at: this.#at, ...end });
  }
}

/** Signals that changed nothing, and what the agent says of itself. Databases wake each other by such signals all the time. */
function canWait(event: KnownEvent): boolean {
  if (event.kind !== 'signal') return event.kind === 'ledger';
  return event.disposition !== 'default' || event.result === 'ignored';
}
