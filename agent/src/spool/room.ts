/**
 * Keeps the spool within its bounds. When the directory is full the oldest segment goes, delivered or not. What the rest
 * still needs of what goes is carried over (carry.ts).
 */
import type { Log } from '../log.js';
import { Carry } from './carry.js';
import type { Frame } from './segment.js';
import type { Runs } from './runs.js';
import type { Segments } from './segments.js';

export interface RoomOptions {
  readonly segments: Segments;
  readonly runs: Runs;
  readonly bytesMax: number;
  readonly log: Log;
  readonly onDiskFailure: (error: unknown) => void;
}

export class Room {
  readonly #options: RoomOptions;
  readonly #carries = new Map<string, Carry>();

  constructor(options: RoomOptions) {
    this.#options = options;
  }

  make(): void {
    const { segments, bytesMax } = this.#options;
    while (segments.bytes > bytesMax && this.#dropOldest());
  }

  /** Takes note of frames that nobody will be able to read any longer. */
  carry(run: string, frames: readonly Frame[]): void {
    const carry = this.#carries.get(run) ?? new Carry(run);
    this.#carries.set(run, carry);
    for (const { lines } of frames) carry.add(lines);
  }

  takeCarried(run: string): readonly string[] {
    return this.#carries.get(run)?.take() ?? [];
  }

  /** True when the disk did it. */
  attempt(act: () => void): boolean {
    try {
      act();
      return true;
    } catch (error) {
      this.#options.onDiskFailure(error);
      return false;
    }
  }

  /** Of a whole run that goes the last event stays, so that there is something in front of which the gap shows. */
  #dropOldest(): boolean {
    const { segments, runs, log } = this.#options;
    const segment = segments.list.find((one) => !one.shrunk);
    if (segment === undefined || segment === segments.list.at(-1)) return false;
    const { frames } = runs.load(segment);
    const { epoch } = segment.header;
    const isLastOfRun = segments.list.findLast(({ header }) => header.epoch === epoch) === segment;
    if (!this.attempt(() => (isLastOfRun ? segments.shrink(segment) : segments.remove(segment)))) return false;
    this.carry(epoch, frames);
    const events = frames.reduce((sum, { lines }) => sum + lines.length, 0);
    log.warn('The spool is full: its oldest segment is dropped.', { events });
    return true;
  }
}
