/** The cursor of lists of processes: (started_at, boot, pid, start_ns), newest first. */
import type { ProcessPosition } from '../store/process.store.js';
import type { ProcessRow } from '../store/rows.js';
import { cursorParts, decodeCursor, encodeCursor } from '../platform/cursor.js';

const shape = [cursorParts.milliseconds, cursorParts.int, cursorParts.int, cursorParts.bigint];

export function processCursor(list: string, row: ProcessRow): string {
  return encodeCursor(list, [row.started_at.getTime(), row.boot, row.pid, row.start_ns]);
}

/** @throws Failure `history/bad-cursor`. */
export function afterProcess(list: string, cursor: string | null | undefined): ProcessPosition | null {
  const key = decodeCursor(list, cursor, shape);
  if (!key) return null;
  return { started_at: new Date(Number(key[0])), boot: Number(key[1]), pid: Number(key[2]), start_ns: BigInt(key[3]!) };
}
