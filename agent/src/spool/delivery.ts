/**
 * The reading side of the spool: what is sent next, under which number, and how far the server has come.
 *
 * - Runs are sent oldest first, under the epoch that they were written with and with the boot that they are of; what
 *   the server did not acknowledge is sent again, the same events under the same numbers.
 * - Whatever is missing shows as a gap in the sequences when sending comes to it. Sending goes on behind the gap, which
 *   the server refuses, saying how far it really came: its last reply may have been lost. Then the rest of the run gets
 *   a new epoch (cursor.ts), which opens with agent_start and a loss that counts the gap.
 */
import { randomUUID } from 'node:crypto';
import type { KnownEvent, LossEvent } from '../contract.js';
import type { Log } from '../log.js';
import { beginningOf, nextSequence, readCursor, writeCursor, type Cursor } from './cursor.js';
import type { Disk } from './disk.js';
import type { Journal } from './journal.js';
import type { Room } from './room.js';
import type { Frame, RunHeader } from './segment.js';
import { timeOf, type Runs } from './runs.js';
import type { Segment, Segments } from './segments.js';
import { minus, plus, tallyOf, type Tally } from './tally.js';

/** What goes into one batch. */
export interface Outgoing {
  readonly run: string;
  readonly epoch: string;
  readonly sequence: number;
  /** The first numbers of the epoch, so many, restate what was told. */
  readonly opening: number;
  readonly bootId: string;
  /** Undefined for this run: the clock may know better by now. */
  readonly bootedAt: string | undefined;
  readonly lines: readonly string[];
  /** There is more to send already. */
  readonly more: boolean;
}

/** `lost`: the server's numbering and ours do not fit together. */
export type Progress = 'some' | 'none' | 'lost';

export interface DeliveryParts {
  readonly disk: Disk;
  /** Of this run. */
  readonly header: RunHeader;
  readonly segments: Segments;
  readonly runs: Runs;
  readonly journal: Journal;
  readonly room: Room;
  readonly log: Log;
  /** An epoch begins in mid-run: the process list has to be told anew. */
  readonly onNewEpoch: () => void;
}

export class Delivery {
  readonly #parts: DeliveryParts;
  #cursor: Cursor;
  #sent: Outgoing | undefined;

  constructor(parts: DeliveryParts) {
    this.#parts = parts;
    const kept = readCursor(parts.disk);
    this.#cursor = parts.segments.list.some((one) => one.header.epoch === kept?.run) ? kept! : this.#nextRun();
  }

  get isEmpty(): boolean {
    const { committed, opening } = this.#cursor;
    return this.hasDelivered(this.#parts.journal.last) && committed >= opening.length;
  }

  /** The server has this run up to `sequence`. */
  hasDelivered(sequence: number): boolean {
    return this.#isOwn && nextSequence(this.#cursor) > sequence;
  }

  /** The next batch, at most so large but for its first event. The same again until it is acknowledged. */
  next(eventsMax: number, charactersMax: number): Outgoing | undefined {
    for (;;) {
      const { lines, behindGap, more } = this.#collect(eventsMax, charactersMax);
      if (lines.length > 0) return (this.#sent = this.#outgoing(lines, more));
      if (behindGap !== undefined) return (this.#sent = this.#probe(behindGap));
      if (this.#isOwn) return undefined;
      this.#moveTo(this.#nextRun());
    }
  }

  /** The server has everything up to this number of the epoch that was sent last. */
  acknowledge(committed: number): Progress {
    const before = this.#cursor;
    // Only our own run has an end that we know: the end of an older one may be torn off.
    const known = Math.max(this.#parts.journal.last + before.shift, before.opening.length);
    if (committed < before.committed || (this.#isOwn && committed > known)) return 'lost';
    if (committed === before.committed) {
      if (this.#sent === undefined || this.#sent.sequence === committed + 1) return 'none';
      this.#crossGap(this.#sent.sequence - before.shift);
      return 'some';
    }
    const line = this.#sent?.lines[Math.min(committed - this.#sent.sequence, this.#sent.lines.length - 1)];
    const at = line === undefined ? before.at : (JSON.parse(line) as KnownEvent).at;
    this.#moveTo({ ...before, committed, at, read: this.#readUpTo(committed) });
    return 'some';
  }

  /** What is left of the run is numbered anew. `opening`: agent_start and whatever makes the rest understood. */
  renumber(opening: () => readonly KnownEvent[]): void {
    let first = nextSequence(this.#cursor);
    // An epoch has one agent_start.
    if (first === 1 && this.#find(1)?.lines[0]?.startsWith('{"kind":"agent_start"')) first = 2;
    const events = this.#isOwn ? opening() : [this.#startAnew(this.#cursor.at)];
    const lines = events.map((event) => JSON.stringify(event));
    this.#beginEpoch(first, lines, this.#cursor.read);
  }

  /** @throws what the disk says */
  writeCursor(): void {
    writeCursor(this.#parts.disk, this.#cursor, true);
  }

  get #isOwn(): boolean {
    return this.#cursor.run === this.#parts.header.epoch;
  }

  get #header(): RunHeader {
    const { header, segments } = this.#parts;
    return segments.list.find((one) => one.header.epoch === this.#cursor.run)?.header ?? header;
  }

  #outgoing(lines: readonly string[], more: boolean): Outgoing {
    const { bootId, bootedAt } = this.#header;
    const { run, epoch, committed, opening } = this.#cursor;
    const where = { run, epoch, sequence: committed + 1, opening: opening.length };
    return { ...where, bootId, bootedAt: this.#isOwn ? undefined : bootedAt, lines, more };
  }

  /** What the server must refuse: the event behind the gap, under its number. */
  #probe({ sequence, lines }: Frame): Outgoing {
    const outgoing = this.#outgoing(lines.slice(0, 1), true);
    return { ...outgoing, sequence: sequence + this.#cursor.shift };
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
      if (frame.sequence > sequence) return { lines, more: true, behindGap: frame };
      const rest = frame.lines.slice(sequence - frame.sequence);
      const count = take(rest);
      sequence += count;
      if (count < rest.length) return { lines, more: true };
    }
    return { lines, more: !this.#isOwn };
  }

  /** The frame of the cursor's run that holds `sequence`, or the next one that there is. */
  #find(sequence: number): Frame | undefined {
    const { journal, runs } = this.#parts;
    if (this.#isOwn && sequence > journal.last) return undefined;
    const inMemory = this.#isOwn ? journal.find(sequence, false) : undefined;
    if (inMemory !== undefined) return inMemory;
    const onDisk = runs.find(this.#cursor.run, sequence);
    if (onDisk !== undefined) return onDisk;
    return this.#isOwn ? journal.find(sequence, true) : runs.tornEnd(this.#cursor.run, sequence);
  }

  /** What the run had numbered up to the event with that number of the cursor's epoch. */
  #readUpTo(committed: number): Tally | undefined {
    const { read, shift, opening } = this.#cursor;
    const sent = this.#sent;
    const isOfSent = sent?.sequence === this.#cursor.committed + 1 && committed < sent.sequence + sent.lines.length;
    if (!isOfSent) return this.#readBefore(Math.max(committed, opening.length) + 1 - shift);
    const begin = Math.max(0, opening.length + 1 - sent.sequence);
    return read && plus(read, tallyOf(sent.lines.slice(begin, committed + 1 - sent.sequence)));
  }

  #readBefore(sequence: number): Tally | undefined {
    const inMemory = this.#isOwn ? this.#parts.journal.readBefore(sequence) : undefined;
    return inMemory ?? this.#parts.runs.readBefore(this.#cursor.run, sequence);
  }

  #crossGap(first: number): void {
    const { runs, room, log } = this.#parts;
    const { run, at: since, read: before } = this.#cursor;
    const next = nextSequence(this.#cursor);
    // It may have been dropped while the server was asked: then another gap follows.
    const behind = this.#find(first);
    const until = behind === undefined ? since : timeOf(behind.lines[0]!);
    const read = this.#readBefore(first);
    const cause = runs.causeOfGap(run, next);
    const loss: LossEvent = {
      ...{ kind: 'loss', at: until, cause, since, until, count: first - next },
      ...(read && (before ? { streams: minus(read, before) } : { read })),
    };
    log.warn('Events were lost before they could be delivered.', { count: first - next, cause });
    const opening = [this.#startAnew(until), loss].map((event) => JSON.stringify(event));
    this.#beginEpoch(first, [...opening, ...room.takeCarried(run)], read);
  }

  #startAnew(at: string): KnownEvent {
    return { ...this.#header.start, at, resumed: true };
  }

  #beginEpoch(first: number, opening: readonly string[], read: Tally | undefined): void {
    const { run, at } = this.#cursor;
    const shift = opening.length + 1 - first;
    this.#moveTo({ run, epoch: randomUUID(), shift, opening, committed: 0, at, read });
    if (this.#isOwn) this.#parts.onNewEpoch();
  }

  /** Removes what is not needed any longer, after it is on disk that it is not. */
  #moveTo(cursor: Cursor): void {
    const { disk, segments, journal, room } = this.#parts;
    this.#cursor = cursor;
    const next = nextSequence(cursor);
    if (this.#isOwn) journal.acknowledge(next - 1);
    const unneeded = this.#countUnneeded(next);
    const write = () => writeCursor(disk, cursor, unneeded > 0 || cursor.committed === 0);
    const remove = () => segments.list.slice(0, unneeded).forEach((segment) => segments.remove(segment));
    if (!journal.failing) return void room.attempt(() => (write(), remove()));
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
    const { list } = this.#parts.segments;
    const isOfRun = ({ header }: Segment) => header.epoch === this.#cursor.run;
    const first = list.findIndex(isOfRun);
    if (this.#parts.journal.failing && this.isEmpty) return list.length;
    if (first === -1) return Math.max(0, list.length - 1);
    return Math.max(
      first,
      list.findLastIndex((one) => isOfRun(one) && one.header.first <= next),
    );
  }

  /** The oldest run after the cursor's, or the oldest of all. */
  #nextRun(): Cursor {
    const { list } = this.#parts.segments;
    const current = list.findLastIndex(({ header }) => header.epoch === (this.#cursor as Cursor | undefined)?.run);
    const { epoch, start } = list[current + 1]?.header ?? this.#parts.header;
    return beginningOf(epoch, start.at);
  }
}
