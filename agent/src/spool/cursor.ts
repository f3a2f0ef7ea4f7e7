/**
 * How far the API has taken our events, and under which numbers. Kept in the file `cursor`: one frame (segment.ts)
 * whose payload is this as JSON, written whole or not at all.
 *
 * As long as nothing of a run was lost, its events travel under the run's own epoch and sequences (`shift` 0). When some
 * were dropped or are damaged, or when the server has lost our numbering, the rest of the run gets a new epoch: the
 * lines of `opening` are its numbers 1, 2, 3 …, and the event with sequence s has number s + shift.
 */
import type { Disk } from './disk.js';
import { decodeFrame, encodeFrame } from './segment.js';
import { noTally, type Tally } from './tally.js';

export interface Cursor {
  readonly run: string;
  readonly epoch: string;
  readonly shift: number;
  readonly opening: readonly string[];
  /** Highest number of `epoch` that the server has committed. */
  readonly committed: number;
  /** Time of that event: a loss that follows it begins there. */
  readonly at: string;
  /** What the run had numbered up to that event; undefined where that is not known. */
  readonly read: Tally | undefined;
}

export function beginningOf(run: string, at: string): Cursor {
  return { run, epoch: run, shift: 0, opening: [], committed: 0, at, read: noTally };
}

/** The first sequence of the run that the server does not have. */
export function nextSequence({ committed, opening, shift }: Cursor): number {
  return Math.max(committed, opening.length) + 1 - shift;
}

/** Undefined when there is none, or none that can be trusted. */
export function readCursor(disk: Disk): Cursor | undefined {
  try {
    const frame = decodeFrame(disk.read('cursor'), 0)?.frame;
    return frame && (JSON.parse(frame.lines.join('\n')) as Cursor);
  } catch {
    return undefined;
  }
}

export function writeCursor(disk: Disk, cursor: Cursor, durable: boolean): void {
  // An opening that the server has is of no use any longer.
  const opening = cursor.committed < cursor.opening.length ? cursor.opening : [];
  const shift = cursor.shift;
  const lines = [JSON.stringify({ ...cursor, opening, shift } satisfies Cursor)];
  disk.replace('cursor', encodeFrame({ sequence: cursor.committed, ringPosition: 0, lines }), durable);
}
