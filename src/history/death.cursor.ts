/** The cursor of lists of deaths: (died_at, boot, pid, start_ns), newest first. */
import type { DeathPosition } from '../store/death.store.js';
import type { DeathRow } from '../store/rows.js';
import { cursorParts, decodeCursor, encodeCursor } from '../platform/cursor.js';

const list = 'deaths';
const shape = [cursorParts.milliseconds, cursorParts.int, cursorParts.int, cursorParts.bigint];

export function deathCursor(row: DeathRow): string {
  return encodeCursor(list, [row.died_at.getTime(), row.boot, row.pid, row.start_ns]);
}

/** @throws Failure `history/bad-cursor`. */
export function afterDeath(cursor: string | null | undefined): DeathPosition | null {
  const key = decodeCursor(list, cursor, shape);
  if (!key) return null;
  return { died_at: new Date(Number(key[0])), boot: Number(key[1]), pid: Number(key[2]), start_ns: BigInt(key[3]!) };
}
