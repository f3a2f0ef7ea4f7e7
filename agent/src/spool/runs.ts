/**
 * The runs that are on disk, and what can be read of them. Runs and their segments are in the order of their beginnings;
 * a run whose segments are all gone is unknown.
 */
import type { KnownEvent, LossCause, LossEvent } from '../contract.js';
import type { Log } from '../log.js';
import { endOf, frameIndex, type Contents, type Frame, type RunHeader } from './segment.js';
import type { Segment, Segments } from './segments.js';
import { plus, tallyOf, type Tally } from './tally.js';

export interface RunEnd {
  readonly run: string;
  readonly read: Tally;
}

export class Runs {
  readonly #segments: Segments;
  readonly #own: RunHeader;
  readonly #log: Log;
  /** What earlier runs had numbered at their ends, as far as nobody has said so yet: a killed agent cannot. */
  readonly unsaid: readonly RunEnd[];
  /** How far the runs before this one had read their ring, and where that stands. */
  readonly #ends: readonly { readonly segment: Segment; readonly position: number }[];

  constructor(segments: Segments, own: RunHeader, log: Log) {
    this.#segments = segments;
    this.#own = own;
    this.#log = log;
    this.#ends = this.#findEnds();
    this.unsaid = this.#findUnsaid();
  }

  /** What the runs before this one have told of that ring: everything before this position. */
  toldPosition(ring: string | undefined): number {
    const ofRing = this.#ends.filter(({ segment }) => this.#isOfRing(segment, ring));
    return Math.max(0, ...ofRing.map(({ position }) => position));
  }

  /** What the last segments of this boot's earlier runs hold. */
  lastLines(): readonly string[] {
    const ofBoot = this.#ends.filter(({ segment }) => segment.header.bootId === this.#own.bootId);
    return ofBoot.flatMap(({ segment }) => this.load(segment).frames.flatMap(({ lines }) => lines));
  }

  /** The frame of the run that holds `sequence`, or the next one that is readable. */
  find(run: string, sequence: number): Frame | undefined {
    const segments = this.#segmentsOf(run);
    const begin = segments.findLastIndex(({ header }) => header.first <= sequence);
    for (const [index, segment] of segments.entries()) {
      if (index < begin) continue;
      const { frames } = this.load(segment);
      const frame = frames[frameIndex(frames, sequence)];
      if (frame !== undefined && frame.sequence < (segments[index + 1]?.header.first ?? Infinity)) return frame;
    }
    return undefined;
  }

  /**
   * Behind the last whole frame of an earlier run something is not readable. What was so when we began, and is of the
   * same ring, is read again from there; otherwise it is a loss, of which not even the number is known.
   */
  tornEnd(run: string, sequence: number): Frame | undefined {
    const segment = this.#segmentsOf(run).at(-1);
    if (segment === undefined) return undefined;
    const { frames, damaged } = this.load(segment);
    const last = frames.at(-1);
    const end = this.#ends.find(({ segment: { header } }) => header.epoch === segment.header.epoch);
    const isWhole = (last?.ringPosition ?? 0) >= (end?.position ?? 0);
    const { first, start } = segment.header;
    // A header says what came before it, and is written together with a frame.
    const isGap = last === undefined && sequence < first;
    if (isWhole && !isGap && this.#isOfRing(segment, this.#own.ring)) return undefined;
    const at = last === undefined ? start.at : timeOf(last.lines.at(-1)!);
    const loss: LossEvent = { kind: 'loss', at, cause: 'spool-damaged', since: at, until: at };
    // An epoch of which nothing else is left still has to begin as every epoch does.
    const events = last === undefined && first === 1 ? [start, loss] : [loss];
    const lines = events.map((event) => JSON.stringify(event));
    const frame = { sequence: last === undefined ? first : endOf(last), ringPosition: 0, lines };
    return (damaged || isGap) && sequence < endOf(frame) ? frame : undefined;
  }

  /** Why the run has nothing under this sequence, though something behind it. */
  causeOfGap(run: string, sequence: number): LossCause {
    const segments = this.#segmentsOf(run);
    const before = segments.findLast(({ header }) => header.first <= sequence);
    if (before !== undefined && this.load(before).damaged) return 'spool-damaged';
    return before !== undefined || segments.length === 0 ? 'buffer-full' : 'spool-full';
  }

  /** What the run had numbered before `sequence`; undefined where the disk does not tell. */
  readBefore(run: string, sequence: number): Tally | undefined {
    const segment = this.#segmentsOf(run).findLast(({ header }) => header.first <= sequence);
    const read = segment?.header.read;
    if (segment === undefined || read === undefined) return undefined;
    const lines = this.#linesOf(segment);
    const count = sequence - segment.header.first;
    return count > lines.length ? undefined : plus(read, tallyOf(lines.slice(0, count)));
  }

  /** What cannot be read is missing, and is counted where it is. */
  load(segment: Segment): Contents {
    try {
      return this.#segments.load(segment);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.#log.error('A segment of the spool cannot be read.', { name: segment.name, reason });
      return { header: segment.header, frames: [], damaged: true };
    }
  }

  #segmentsOf(run: string): readonly Segment[] {
    return this.#segments.list.filter(({ header }) => header.epoch === run);
  }

  #findEnds() {
    const { list } = this.#segments;
    const lasts = list.filter(({ header }, index) => header.epoch !== list[index + 1]?.header.epoch);
    return lasts.map((segment) => ({ segment, position: this.load(segment).frames.at(-1)?.ringPosition ?? 0 }));
  }

  /** Back to one that has spoken for those before it. */
  #findUnsaid(): readonly RunEnd[] {
    const unsaid: RunEnd[] = [];
    for (const { segment } of this.#ends.toReversed()) {
      const { epoch: run, read } = segment.header;
      if (read !== undefined) unsaid.push({ run, read: plus(read, tallyOf(this.#linesOf(segment))) });
      const speaks = (line: string) => line.startsWith('{"kind":"ledger"') && !line.includes(run);
      if (this.#linesOf(this.#segmentsOf(run)[0] ?? segment).some(speaks)) break;
    }
    return unsaid;
  }

  #linesOf(segment: Segment): readonly string[] {
    return this.load(segment).frames.flatMap(({ lines }) => lines);
  }

  #isOfRing({ header }: Segment, ring: string | undefined): boolean {
    return ring !== undefined && header.ring === ring && header.bootId === this.#own.bootId;
  }
}

/** Of an event as JSON. */
export function timeOf(line: string): string {
  return (JSON.parse(line) as KnownEvent).at;
}
