/**
 * The numbered part of the outgoing stream: batches that were cut and not yet acknowledged, first to last. Pure.
 *
 * - An event gets its number when its batch is cut, and keeps it until the server has committed it.
 * - A batch that is refused is halved until the offender stands alone; a loss event takes the offender's number,
 *   which is allowed because nothing under that number was ever stored.
 */
import { randomUUID } from 'node:crypto';
import type { Entry } from './mentions.js';

export interface NumberedBatch {
  readonly sequence: number;
  readonly entries: readonly Entry[];
}

export class Numbering {
  #epoch = randomUUID() as string;
  #next = 1;
  #pending: NumberedBatch[] = [];

  get epoch(): string {
    return this.#epoch;
  }

  /** The batch to send now. */
  get first(): NumberedBatch | undefined {
    return this.#pending[0];
  }

  cut(entries: readonly Entry[]): void {
    if (entries.length === 0) return;
    this.#pending.push({ sequence: this.#next, entries });
    this.#next += entries.length;
  }

  /** Drops what is committed and returns it. Undefined: the server has less than we can still send. */
  commit(committed: number): readonly Entry[] | undefined {
    const first = this.#pending[0];
    if (first === undefined || committed >= this.#next) return undefined;
    if (committed < first.sequence - 1) return undefined;
    const done: Entry[] = [];
    while (this.#pending[0] !== undefined && this.#pending[0].sequence <= committed) {
      const batch = this.#pending[0];
      const count = Math.min(batch.entries.length, committed - batch.sequence + 1);
      done.push(...batch.entries.slice(0, count));
      if (count < batch.entries.length) {
        this.#pending[0] = { sequence: batch.sequence + count, entries: batch.entries.slice(count) };
        break;
      }
      this.#pending.shift();
    }
    return done;
  }

  /** Halves the first batch; false when it holds one event only. */
  halve(): boolean {
    const batch = this.#pending[0];
    if (batch === undefined || batch.entries.length < 2) return false;
    const middle = Math.ceil(batch.entries.length / 2);
    this.#pending.splice(
      0,
      1,
      { sequence: batch.sequence, entries: batch.entries.slice(0, middle) },
      { sequence: batch.sequence + middle, entries: batch.entries.slice(middle) },
    );
    return true;
  }

  /** The first batch's only event is replaced under its number. */
  replaceOnly(entry: Entry): void {
    const batch = this.#pending[0];
    if (batch?.entries.length === 1) this.#pending[0] = { sequence: batch.sequence, entries: [entry] };
  }

  /** A new epoch from 1; returns what was not acknowledged, to be numbered anew. */
  restart(): readonly Entry[] {
    const entries = this.#pending.flatMap((batch) => batch.entries);
    this.#pending = [];
    this.#epoch = randomUUID();
    this.#next = 1;
    return entries;
  }
}
