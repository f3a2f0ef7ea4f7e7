/**
 * Names of processes, TASK_COMM_LEN bytes each. They come again and again: a name whose bytes were met lately is not
 * decoded again, and all who have it share one text.
 */
import { decodeCString } from './text.js';

/** TASK_COMM_LEN */
export const nameBytes = 16;

/** A power of two. */
const slots = 256;
const words = new Int32Array(slots * 4);
const names = Array.from<string | undefined>({ length: slots });

/** The name at `offset` within the view's buffer; what is behind its NUL does not count. */
export function nameAt(view: DataView, offset: number): string {
  const a = view.getInt32(offset, true);
  const b = view.getInt32(offset + 4, true);
  const c = view.getInt32(offset + 8, true);
  const d = view.getInt32(offset + 12, true);
  const hash = Math.imul(a ^ Math.imul(b, 31) ^ Math.imul(c, 961) ^ Math.imul(d, 29_791), 0x9e37_79b1);
  const slot = hash >>> 24;
  const word = slot * 4;
  const known = names[slot];
  if (
    known !== undefined &&
    words[word] === a &&
    words[word + 1] === b &&
    words[word + 2] === c &&
    words[word + 3] === d
  )
    return known;
  words.set([a, b, c, d], word);
  return (names[slot] = decodeCString(new Uint8Array(view.buffer, offset, nameBytes)));
}
