/** The cursor of lists of signals: (at_ns, id). */
import type { SignalPosition } from '../store/signal.store.js';
import { cursorParts, decodeCursor, encodeCursor } from '../platform/cursor.js';

export function signalCursor(list: string, { at_ns, id }: SignalPosition): string {
  return encodeCursor(list, [at_ns, id]);
}

/** @throws Failure `history/bad-cursor`. */
export function afterSignal(list: string, cursor: string | null | undefined): SignalPosition | null {
  const key = decodeCursor(list, cursor, [cursorParts.bigint, cursorParts.bigint]);
  return key && { at_ns: BigInt(key[0]!), id: BigInt(key[1]!) };
}
