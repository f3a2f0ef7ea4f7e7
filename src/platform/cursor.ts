/**
 * Keyset cursors: opaque to callers, base64url of the kind of list and the sort key of the last row. Bound to the kind
 * of list, so that a cursor of one is refused by another.
 */
import { Failure } from './errors.js';

/** @param key decimal numbers and short strings, in sort order. */
export function encodeCursor(list: string, key: readonly (string | number | bigint)[]): string {
  return Buffer.from(JSON.stringify([list, ...key.map(String)])).toString('base64url');
}

/**
 * @param shape one pattern for each part of the key.
 * @returns the parts, or null when no cursor was given.
 * @throws Failure `history/bad-cursor`.
 */
export function decodeCursor(
  list: string,
  cursor: string | null | undefined,
  shape: readonly RegExp[],
): string[] | null {
  if (cursor === null || cursor === undefined) return null;
  const parts = parseParts(cursor);
  const fits = parts?.[0] === list && parts.length === shape.length + 1 && shape.every((p, i) => p.test(parts[i + 1]!));
  if (!parts || !fits) throw badCursor();
  return parts.slice(1);
}

export function badCursor(): Failure {
  return new Failure({
    code: 'history/bad-cursor',
    status: 400,
    detail:
      'The cursor is not one of this list. Pass `endCursor` of the page before as it was given, or leave `after` out.',
  });
}

function parseParts(cursor: string): string[] | null {
  try {
    const value: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
    return Array.isArray(value) && value.every((part) => typeof part === 'string') ? value : null;
  } catch {
    return null;
  }
}

export const cursorParts = {
  milliseconds: /^-?\d{1,15}$/,
  int: /^\d{1,9}$/,
  bigint: /^\d{1,18}$/,
  text: /^[^\0]{0,255}$/,
} as const;
