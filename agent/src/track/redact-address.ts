/**
 * `scheme://user:password@host`. A password may hold what an address may not (`/`, `#`, `@`), since people paste them as
 * they are: where the authority has no `@`, the rest of the word is looked at too.
 */
import { isBlank } from './secret-names.js';

export interface Span {
  readonly start: number;
  readonly end: number;
}

/** What to take out of the address whose `://` is at `mark`. `wordEnd` is that of the word that it stands in. */
export function secretOfAddress(text: string, mark: number, wordEnd: number): Span | undefined {
  const start = mark + 3;
  const authorityEnd = endOfAuthority(text, start, wordEnd);
  // An IPv6 address is in brackets.
  const hostEnd = text.charAt(start) === '[' ? indexBefore(text, ']', start, authorityEnd) : start;
  const colon = indexBefore(text, ':', Math.max(start, hostEnd), authorityEnd);
  let at = lastAt(text, start, authorityEnd);
  if (at === undefined) {
    if (colon < 0 || isPort(text, colon + 1, authorityEnd)) return undefined;
    at = lastAt(text, authorityEnd, wordEnd);
    if (at === undefined) return undefined;
  }
  if (colon < 0 || colon > at) return isWeb(text, mark) ? { start, end: at } : undefined;
  const userIsToken = isWeb(text, mark) && colon - start >= tokenCharactersMin;
  return { start: userIsToken ? start : colon + 1, end: at };
}

/** `https://TOKEN:x-oauth-basic@host`: a user name that long is a token. */
const tokenCharactersMin = 20;

/** A word ends at a blank or a quote. */
export function endOfWord(text: string, from: number): number {
  let end = from;
  while (end < text.length && !isBlank(text.charCodeAt(end)) && !'"\'<>`'.includes(text.charAt(end))) end += 1;
  return end;
}

function endOfAuthority(text: string, start: number, wordEnd: number): number {
  for (let index = start; index < wordEnd; index += 1) if ('/?#'.includes(text.charAt(index))) return index;
  return wordEnd;
}

/** The last `@`, as far as no other address begins. */
function lastAt(text: string, from: number, end: number): number | undefined {
  let at: number | undefined;
  for (let index = from; index < end; index += 1) {
    if (text.charAt(index) === '@') at = index;
    else if (text.startsWith('://', index)) break;
  }
  return at;
}

function indexBefore(text: string, wanted: string, from: number, end: number): number {
  for (let index = from; index < end; index += 1) if (text.charAt(index) === wanted) return index;
  return -1;
}

function isPort(text: string, from: number, end: number): boolean {
  return end - from <= 5 && /^\d*$/.test(text.slice(from, end));
}

function isWeb(text: string, mark: number): boolean {
  return /https?$/i.test(text.slice(Math.max(0, mark - 5), mark));
}
