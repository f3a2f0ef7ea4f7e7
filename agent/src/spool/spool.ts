/**
 * The spool: what happened goes in by turns, batches for the wire come out, and nothing is lost in between that is not
 * counted. A run is what one start of the agent wrote.
 *
 * - Numbers are never used twice: a run has an epoch of its own, and only the agent that began it adds to it. So a
 *   crash may tear the end of a run, whatever of that the server has already.
 * - Runs are sent oldest first, under the epoch that they were written with and with the boot that they are of; what
 *   the server did not acknowledge is sent again, the same events under the same numbers.
 * - Whatever is missing shows as a gap in the sequences when sending comes to it. Sending goes on behind the gap, which
 *   the server refuses, saying how far it really came: its last reply may have been lost. Then the rest of the run gets
 *   a new epoch (cursor.ts), which opens with agent_start and a loss that counts the gap.
 * - When the directory is full the oldest segment goes; what the server has acknowledged goes with its segment, but the
 *   last segment stays: it says how far the ring was read.
 */
import { randomUUID } from 'node:crypto';
import type { KnownEvent, LossEvent } from '../contract.js';
import { agentLimits } from '../limits.js';
import type { Log } from '../log.js';
import { Carry } from './carry.js';
import { beginningOf, nextSequence, readCursor, writeCursor, type Cursor } from './cursor.js';
import type { Disk } from './disk.js';
import { Journal } from './journal.js';
import type { Frame, RunHeader } from './segment.js';
import { Runs, timeOf } from './runs.js';
import { Segments, type Segment } from './segments.js';

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

/** What goes into one batch. */
export interface Outgoing {
  readonly epoch: string;
  readonly sequence: number;
  readonly bootId: string;
  /** Undefined for this run: the clock may know better by now. */
  readonly bootedAt: string | undefined;
  readonly lines: readonly string[];
  /** There is more to send already. */
  readonly more: boolean;
}

/** `lost`: the server's numbering and ours do not fit together. */
export type Progress = 'some' | 'none' | 'lost';

export class Spool {
  readonly #options: SpoolOptions;
  readonly #segments: Segments;
  readonly #runs: Runs;
  readonly #journal: Journal;
  readonly #carries = new Map<string, Carry>();
  #pushed: string[] = [];
  #positions: readonly [ringPosition: number, releasable: number] = [0, 0];
  #snapshot: number | undefined;
  #cursor: Cursor;
  #sent: Outgoing | undefined;
  /** Files that are no segments of this version and were set aside. */
  readonly foreign: string[] = [];

  constructor(options: SpoolOptions) {
    const { disk, header, bytesMax, log } = options;
    this.#options = options;
    const segmentBytesMax = Math.min(agentLimits.spoolSegmentBytes, Math.ceil(bytesMax / 4));
    this.#segments = new Segments(disk, segmentBytesMax);
    this.#journal = new Journal({
      segments: this.#segments,
      header,
      log,
      memoryBytesMax: options.memoryBytesMax ?? agentLimits.bufferBytesMax,
      cacheBytesMax: segmentBytesMax * 2,
      syncMs: options.syncMs ?? agentLimits.spoolSyncMs,
      onDropped: (frames) => this.#dropFromMemory(frames),
    });
    this.#attempt(() => this.#segments.find((name) => this.foreign.push(name)));
    this.#runs = new Runs(this.#segments, header, log);
    const kept = readCursor(disk);
    this.#cursor = this.#segments.list.some((one) => one.header.epoch === kept?.run) ? kept! : this.#nextRun();
  }

  /** What the runs before this one have told of that ring: everything before this position. */
  toldPosition(ring: string | undefined): number {
    return this.#runs.toldPosition(ring);
  }

  /** Events wait for the end of their turn. */
  push(event: KnownEvent): void {
    this.#pushed.push(JSON.stringify(event));
    if (event.kind === 'snapshot') this.#snapshot ??= this.#journal.last + this.#pushed.length;
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
    this.#journal.append(this.#pushed, ...this.#positions);
    this.#pushed = [];
    while (this.#segments.bytes > this.#options.bytesMax && this.#dropOldest());
  }

  /** Undefined: nothing holds the ring back. */
  get releasable(): number | undefined {
    return this.#journal.releasable;
  }

  get isEmpty(): boolean {
    return this.#isOwn && nextSequence(this.#cursor) > this.#journal.last && this.#opened;
  }

  /** What happened until now survives this agent and this boot, or the server has it. */
  get isDurable(): boolean {
    return this.#journal.releasable === undefined;
  }

  /** The server has this run's first process list. */
  get hasDeliveredSnapshot(): boolean {
    return this.#isOwn && this.#snapshot !== undefined && nextSequence(this.#cursor) > this.#snapshot;
  }

  /** The next batch, at most so large but for its first event. The same again until it is acknowledged. */
  next(eventsMax: number, charactersMax: number): Outgoing | undefined {
    for (;;) {
      const { lines, gapTo, more } = this.#collect(eventsMax, charactersMax);
      if (lines.length > 0) return (this.#sent = this.#outgoing(lines, more));
      if (gapTo !== undefined) return (this.#sent = this.#probe(gapTo));
      if (this.#isOwn) return undefined;
      this.#moveTo(this.#nextRun());
    }
  }

  /** The server has everything up to this number of the epoch that was sent last. */
  acknowledge(committed: number): Progress {
    const before = this.#cursor;
    // Only our own run has an end that we know: the end of an older one may be torn off.
    const known = Math.max(this.#journal.last + before.shift, before.opening.length);
    if (committed < before.committed || (this.#isOwn && committed > known)) return 'lost';
    if (committed === before.committed) {
      if (this.#sent === undefined || this.#sent.sequence === committed + 1) return 'none';
      this.#crossGap(this.#sent.sequence - before.shift);
      return 'some';
    }
    const line = this.#sent?.lines[Math.min(committed - this.#sent.sequence, this.#sent.lines.length - 1)];
    const at = line === undefined ? before.at : (JSON.parse(line) as KnownEvent).at;
    this.#moveTo({ ...before, committed, at });
    return 'some';
  }

  /** What is left of the run is numbered anew. `opening`: agent_start and whatever makes the rest understood. */
  renumber(opening: () => readonly KnownEvent[]): void {
    let first = nextSequence(this.#cursor);
    // An epoch has one agent_start.
    if (first === 1 && this.#find(1)?.lines[0]?.startsWith('{"kind":"agent_start"')) first = 2;
    const events = this.#isOwn ? opening() : [this.#startAnew(this.#cursor.at)];
    this.#beginEpoch(
      first,
      events.map((event) => JSON.stringify(event)),
    );
    if (this.#isOwn) this.#options.onNewEpoch?.();
  }

  sync(): Promise<void> {
    return this.#journal.sync();
  }

  async close(): Promise<void> {
    await this.#journal.close();
    this.#attempt(() => writeCursor(this.#options.disk, this.#cursor, true));
  }

  get #isOwn(): boolean {
    return this.#cursor.run === this.#options.header.epoch;
  }

  get #opened(): boolean {
    return this.#cursor.committed >= this.#cursor.opening.length;
  }

  get #header(): RunHeader {
    const { header } = this.#options;
    return this.#segments.list.find((one) => one.header.epoch === this.#cursor.run)?.header ?? header;
  }

  #outgoing(lines: readonly string[], more: boolean): Outgoing {
    const { bootId, bootedAt } = this.#header;
    const { epoch, committed } = this.#cursor;
    return { epoch, sequence: committed + 1, bootId, bootedAt: this.#isOwn ? undefined : bootedAt, lines, more };
  }

  /** What the server must refuse: the event behind the gap, under its number. */
  #probe(first: number): Outgoing {
    const outgoing = this.#outgoing(this.#find(first)!.lines.slice(0, 1), true);
    return { ...outgoing, sequence: first + this.#cursor.shift };
  }

  #collect(eventsMax: number, charactersMax: number) {
    const { opening, committed } = this.#cursor;
    const lines: string[] = [];
    let characters = 0;
    const take = (from: readonly string[]): number => {
      let count = 0;
      for (const line of from) {
        if (lines.length >= eventsMax || (lines.length > 0 && characters + line.length > charactersMax)) break;
        lines.push(line);
        characters += line.length;
        count += 1;
      }
      return count;
    };
    if (take(opening.slice(committed)) < opening.length - committed) return { lines, more: true };
    let sequence = nextSequence(this.#cursor);
    for (let frame = this.#find(sequence); frame !== undefined; frame = this.#find(sequence)) {
      if (frame.sequence > sequence) return { lines, more: true, gapTo: frame.sequence };
      const rest = frame.lines.slice(sequence - frame.sequence);
      const count = take(rest);
      sequence += count;
      if (count < rest.length) return { lines, more: true };
    }
    return { lines, more: !this.#isOwn };
  }

  /** The frame of the cursor's run that holds `sequence`, or the next one that there is. */
  #find(sequence: number): Frame | undefined {
    if (this.#isOwn && sequence > this.#journal.last) return undefined;
    const inMemory = this.#isOwn ? this.#journal.find(sequence, false) : undefined;
    if (inMemory !== undefined) return inMemory;
    const onDisk = this.#runs.find(this.#cursor.run, sequence);
    if (onDisk !== undefined) return onDisk;
    return this.#isOwn ? this.#journal.find(sequence, true) : this.#runs.tornEnd(this.#cursor.run, sequence);
  }

  #crossGap(first: number): void {
    const next = nextSequence(this.#cursor);
    const since = this.#cursor.at;
    // It may have been dropped while the server was asked: then another gap follows.
    const behind = this.#find(first);
    const until = behind === undefined ? since : timeOf(behind.lines[0]!);
    const loss: LossEvent = {
      kind: 'loss',
      at: until,
      cause: this.#runs.causeOfGap(this.#cursor.run, next),
      since,
      until,
      count: first - next,
    };
    const opening = [this.#startAnew(until), loss].map((event) => JSON.stringify(event));
    const carried = this.#carries.get(this.#cursor.run)?.take() ?? [];
    this.#options.log.warn('Events were lost before they could be delivered.', {
      count: first - next,
      cause: loss.cause,
    });
    this.#beginEpoch(first, [...opening, ...carried]);
    if (this.#isOwn) this.#options.onNewEpoch?.();
  }

  #startAnew(at: string): KnownEvent {
    return { ...this.#header.start, at, resumed: true };
  }

  #beginEpoch(first: number, opening: readonly string[]): void {
    const { run, at } = this.#cursor;
    const shift = opening.length + 1 - first;
    this.#moveTo({ run, epoch: randomUUID(), shift, opening, committed: 0, at });
  }

  /** Removes what is not needed any longer, after it is on disk that it is not. */
  #moveTo(cursor: Cursor): void {
    this.#cursor = cursor;
    const next = nextSequence(cursor);
    if (this.#isOwn) this.#journal.acknowledge(next - 1);
    const unneeded = this.#countUnneeded(next);
    const write = () => writeCursor(this.#options.disk, cursor, unneeded > 0 || cursor.committed === 0);
    const remove = () => this.#segments.list.slice(0, unneeded).forEach((segment) => this.#segments.remove(segment));
    if (!this.#journal.failing) return void this.#attempt(() => (write(), remove()));
    try {
      // It may be us who fill the disk.
      remove();
      write();
    } catch {
      // The journal tries the disk again and says so.
    }
  }

  /** How many of the oldest segments hold nothing that is still to be sent. The last one always stays. */
  #countUnneeded(next: number): number {
    const { list } = this.#segments;
    const isOfRun = ({ header }: Segment) => header.epoch === this.#cursor.run;
    const first = list.findIndex(isOfRun);
    if (this.#journal.failing && this.isEmpty) return list.length;
    if (first === -1) return Math.max(0, list.length - 1);
    return Math.max(
      first,
      list.findLastIndex((one) => isOfRun(one) && one.header.first <= next),
    );
  }

  /** The oldest run after the cursor's, or the oldest of all. */
  #nextRun(): Cursor {
    const { list } = this.#segments;
    const current = list.findLastIndex(({ header }) => header.epoch === (this.#cursor as Cursor | undefined)?.run);
    const { epoch, start } = list[current + 1]?.header ?? this.#options.header;
    return beginningOf(epoch, start.at);
  }

  /** Of a whole run that goes the last event stays, so that there is something in front of which the gap shows. */
  #dropOldest(): boolean {
    const segment = this.#segments.list.find((one) => !one.shrunk);
    if (segment === undefined || segment === this.#segments.list.at(-1)) return false;
    const { frames } = this.#runs.load(segment);
    const { epoch } = segment.header;
    const isLastOfRun = this.#segments.list.findLast(({ header }) => header.epoch === epoch) === segment;
    if (!this.#attempt(() => (isLastOfRun ? this.#segments.shrink(segment) : this.#segments.remove(segment))))
      return false;
    this.#carry(epoch, frames);
    const events = frames.reduce((sum, { lines }) => sum + lines.length, 0);
    this.#options.log.warn('The spool is full: its oldest segment is dropped.', { events });
    return true;
  }

  #dropFromMemory(frames: readonly Frame[]): void {
    this.#carry(this.#options.header.epoch, frames);
  }

  #carry(run: string, frames: readonly Frame[]): void {
    const carry = this.#carries.get(run) ?? new Carry();
    this.#carries.set(run, carry);
    for (const { lines } of frames) carry.add(lines);
  }

  #attempt(act: () => void): boolean {
    try {
      act();
      return true;
    } catch (error) {
      this.#journal.fail(error);
      return false;
    }
  }
}
