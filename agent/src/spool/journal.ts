/**
 * The run that this agent writes: every turn's events go to disk at once, and stay in memory until they are safe.
 *
 * - Safe is what was synced, or what the server has. Sync comes `spoolSyncMs` after the first event that needs it; what
 *   the server has by then needs none. Only what is safe may go from the kernel's ring.
 * - After a failed write or sync everything that was not synced before counts as not written. It is in memory still, goes
 *   to a new segment when the disk works again, and is delivered from memory meanwhile.
 * - Memory is bounded. What must go from it without being on disk leaves a gap in the sequences, which is how the
 *   reading side (spool.ts) comes to count it.
 */
import type { Log } from '../log.js';
import { agentLimits } from '../limits.js';
import { decodeFrame, encodeFrame, indexBehind, type Frame, type RunHeader } from './segment.js';
import type { Segments } from './segments.js';
import { noTally, plus, tallyOf, type Tally } from './tally.js';

/** A frame as it goes to disk: thousands of texts would be copied by each collection of the young heap. */
interface HeldFrame {
  readonly sequence: number;
  /** Sequence of its last event. */
  readonly last: number;
  readonly bytes: Buffer;
  /** Once the frame is safe, the ring may be released up to here. */
  readonly releasable: number;
  /** What the run had numbered before it. */
  readonly read: Tally;
}

export interface JournalOptions {
  readonly segments: Segments;
  readonly header: RunHeader;
  readonly log: Log;
  readonly memoryBytesMax: number;
  readonly cacheBytesMax: number;
  readonly syncMs: number;
  /** Frames that are neither on disk nor any longer in memory. */
  readonly onDropped: (frames: readonly Frame[]) => void;
}

export class Journal {
  readonly #options: JournalOptions;
  #frames: HeldFrame[] = [];
  #bytes = 0;
  /** Sequences: the last one appended, written, synced, acknowledged. */
  #last = 0;
  #read = noTally;
  #written = 0;
  #synced = 0;
  #acknowledged = 0;
  #releasable = 0;
  #failedAtMs: number | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: JournalOptions) {
    this.#options = options;
  }

  get last(): number {
    return this.#last;
  }

  /** Of all that was appended. */
  get read(): Tally {
    return this.#read;
  }

  /** An earlier agent wrote what may not be durable yet. */
  get hasInherited(): boolean {
    return this.#options.segments.hasInherited;
  }

  get failing(): boolean {
    return this.#failedAtMs !== undefined;
  }

  /** What was appended survives this process. */
  get isWritten(): boolean {
    return Math.max(this.#written, this.#acknowledged) >= this.#last;
  }

  /** Undefined while everything is safe: then nothing holds the ring back. */
  get releasable(): number | undefined {
    if (this.hasInherited) return 0;
    return this.#safe >= this.#last ? undefined : this.#releasable;
  }

  get #safe(): number {
    return Math.max(this.#synced, this.#acknowledged);
  }

  append(lines: readonly string[], ringPosition: number, releasable: number): void {
    if (lines.length > 0) {
      const sequence = this.#last + 1;
      const bytes = encodeFrame({ sequence, ringPosition, lines });
      this.#last += lines.length;
      this.#frames.push({ sequence, last: this.#last, bytes, releasable, read: this.#read });
      this.#bytes += bytes.length;
      this.#read = plus(this.#read, tallyOf(lines));
    }
    if (Math.max(this.#written, this.#acknowledged) < this.#last) this.#write();
    this.#settle();
  }

  /** The frame that holds `sequence`, or the next one; undefined when memory begins later or ends before it. */
  find(sequence: number, orNext: boolean): Frame | undefined {
    const frame = this.#frames[this.#indexOf(sequence)];
    return frame !== undefined && (orNext || frame.sequence <= sequence) ? frameOf(frame) : undefined;
  }

  /** What was numbered before `sequence`; undefined when memory does not reach there. */
  readBefore(sequence: number): Tally | undefined {
    if (sequence === this.#last + 1) return this.#read;
    const frame = this.#frames[this.#indexOf(sequence)];
    if (frame === undefined || frame.sequence > sequence) return undefined;
    return plus(frame.read, tallyOf(frameOf(frame).lines.slice(0, sequence - frame.sequence)));
  }

  acknowledge(sequence: number): void {
    this.#acknowledged = sequence;
    this.#settle();
  }

  async sync(): Promise<void> {
    clearTimeout(this.#timer);
    const upTo = this.#written;
    if (upTo > this.#safe || this.hasInherited) {
      try {
        await this.#options.segments.sync();
        this.#synced = Math.max(this.#synced, upTo);
      } catch (error) {
        this.fail(error);
      }
    }
    this.#timer = undefined;
    this.#settle();
    if (this.#written > this.#safe || this.hasInherited) this.#syncSoon();
  }

  async close(): Promise<void> {
    await this.sync();
    clearTimeout(this.#timer);
    this.#options.segments.giveUp();
  }

  /** The disk does not do its part. */
  fail(error: unknown): void {
    const reason = error instanceof Error ? error.message : String(error);
    if (!this.failing) {
      this.#options.log.warn(`The spool cannot be written (${reason}): events are kept in memory until it can.`);
    }
    this.#failedAtMs = performance.now();
    this.#written = this.#synced;
    this.#options.segments.giveUp();
  }

  #write(): void {
    const { segments, header, log } = this.#options;
    if (this.#failedAtMs !== undefined && performance.now() - this.#failedAtMs < agentLimits.spoolRetryMs) return;
    try {
      const from = Math.max(this.#written, this.#acknowledged) + 1;
      for (const { sequence, last, bytes, read } of this.#frames.slice(this.#indexOf(from))) {
        segments.write(bytes, { ...header, first: sequence, read });
        this.#written = last;
      }
      if (this.failing) log.info('The spool can be written again.');
      this.#failedAtMs = undefined;
      this.#syncSoon();
    } catch (error) {
      this.fail(error);
    }
  }

  #syncSoon(): void {
    if (Number.isFinite(this.#options.syncMs)) this.#timer ??= setTimeout(() => void this.sync(), this.#options.syncMs);
  }

  /** Lets go of what need not be in memory, and of what cannot be. */
  #settle(): void {
    const { cacheBytesMax, memoryBytesMax, onDropped } = this.#options;
    const lastSafe = this.#frames[this.#indexOf(this.#safe + 1) - 1];
    this.#releasable = Math.max(this.#releasable, lastSafe?.releasable ?? 0);
    let count = 0;
    let bytes = this.#bytes;
    const dropped: HeldFrame[] = [];
    for (const frame of this.#frames) {
      const { last } = frame;
      const bytesMax = last <= this.#safe ? cacheBytesMax : memoryBytesMax;
      if (last > this.#acknowledged && bytes <= bytesMax) break;
      if (last > Math.max(this.#written, this.#acknowledged)) dropped.push(frame);
      count += 1;
      bytes -= frame.bytes.length;
    }
    this.#frames.splice(0, count);
    this.#bytes = bytes;
    if (dropped.length > 0) onDropped(dropped.map(frameOf));
  }

  /** Of the first frame that holds `sequence` or something after it. */
  #indexOf(sequence: number): number {
    return indexBehind(this.#frames, sequence, ({ last }) => last + 1);
  }
}

function frameOf({ bytes }: HeldFrame): Frame {
  const decoded = decodeFrame(bytes, 0);
  // We have encoded it ourselves.
  if (decoded === undefined) throw new Error('a frame in memory is damaged');
  return decoded.frame;
}
