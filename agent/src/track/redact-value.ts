/** Where a name stands before a sign, and how far its value reaches behind it. */
import type { Span } from './redact-address.js';
import { isBlank, isNameCharacter, nameCharactersMax } from './secret-names.js';

export interface Name {
  readonly text: string;
  readonly start: number;
  /** There were blanks between the name and the sign. */
  readonly apart: boolean;
}

const blanksMax = 8;
/** What may close a name: `"password":`, `\"password\":`, `[password]=`, `PASSWORD('x')`. */
const closers = '"\'\\](';
/** `SET PASSWORD FOR 'bob'@'%' = 'x'` */
const statementMax = 160;

/** The name that the sign at `index` gives a value to. A quote or `>` needs more than that to be such a sign. */
export function nameBefore(text: string, index: number): Name | undefined {
  const sign = text.charAt(index);
  const isQuote = sign === '"' || sign === "'";
  let end = index;
  const least = Math.max(0, index - blanksMax);
  while (end > least && isBlank(text.charCodeAt(end - 1))) end -= 1;
  const apart = end < index;
  while (end > least && closers.includes(text.charAt(end - 1))) end -= 1;
  if (isQuote && end === index) return undefined;
  let start = end;
  while (start > 0 && end - start < nameCharactersMax && isNameCharacter(text.charCodeAt(start - 1))) start -= 1;
  const name = { text: text.slice(start, end), start, apart };
  if (sign === '>') return text.charAt(start - 1) === '<' && !apart ? name : undefined;
  if (isQuote) return sqlName(text, name);
  if (sign === '=' && start > 0 && apart && isSetPassword(text, index)) return { ...name, text: 'password' };
  return start < end ? name : undefined;
}

/** `PASSWORD 'x'`, `IDENTIFIED WITH plugin BY 'x'`. */
function sqlName(text: string, name: Name): Name | undefined {
  const word = name.text.toLowerCase();
  if (word === 'password') return name;
  if (word !== 'by' && word !== 'as') return undefined;
  const before = text.slice(Math.max(0, name.start - statementMax), name.start).toLowerCase();
  return before.includes('identified ') ? { ...name, text: 'password' } : undefined;
}

function isSetPassword(text: string, index: number): boolean {
  const before = text.slice(Math.max(0, index - statementMax), index).toLowerCase();
  return before.slice(before.lastIndexOf(';') + 1).includes('set password ');
}

/** These hold several words. */
const wholeLine = /(?:^|-|^-H)(?:authorization|cookie)$/i;
const scheme = /^(?:bearer|basic|token|digest|negotiate|apikey|aws4-hmac-sha256)\s{1,8}/i;

export function valueAfter(text: string, index: number, name: Name): Span {
  const sign = text.charAt(index);
  if (sign === '"' || sign === "'") return { start: index + 1, end: endOfQuoted(text, index + 1, sign) };
  if (sign === '>') return { start: index + 1, end: endAt(text, index + 1, '<') };
  let start = index + 1;
  if (text.charAt(start) === '>' || text.charAt(start) === '=') start += 1;
  // `PASSWORD= command` sets nothing.
  if (sign === ':' || name.apart) start = skipBlanks(text, start);
  while (start - index < blanksMax && text.charAt(start) === '\\') start += 1;
  const quote = text.charAt(start);
  if (sign === ':' && wholeLine.test(name.text)) return lineAfter(text, start, name);
  if (quote === '"' || quote === "'") return { start: start + 1, end: endOfQuoted(text, start + 1, quote) };
  return { start, end: endOfPlain(text, start) };
}

/** A header: to the quote that it stands in, or to the end of the line. */
function lineAfter(text: string, from: number, name: Name): Span {
  const ownQuote = text.charAt(from);
  const quoted = ownQuote === '"' || ownQuote === "'";
  const start = quoted ? from + 1 : from;
  const kept = scheme.exec(text.slice(start, start + 32))?.[0].length ?? 0;
  const outer = quoted ? ownQuote : text.charAt(name.start - 1);
  const end = outer === '"' || outer === "'" ? endOfQuoted(text, start, outer) : endAt(text, start, '\n');
  return { start: start + kept, end: Math.max(end, start + kept) };
}

/** Without the backslashes that the closing quote may have. */
function endOfQuoted(text: string, start: number, quote: string): number {
  let end = endAt(text, start, quote);
  while (end > start && text.charAt(end - 1) === '\\') end -= 1;
  return end;
}

function endAt(text: string, start: number, wanted: string): number {
  const found = text.indexOf(wanted, start);
  return found < 0 ? text.length : found;
}

/** `&`, `;` and `,` end a value only where another name follows: a password may hold them. */
function endOfPlain(text: string, start: number): number {
  for (let index = start; index < text.length; index += 1) {
    const character = text.charAt(index);
    if (isBlank(text.charCodeAt(index)) || '"\'<>`'.includes(character)) return index;
    if ('&;,'.includes(character) && nameFollows(text, index + 1)) return index;
  }
  return text.length;
}

/** `;User Id=sa`: of names with blanks in them only those of connection strings. */
const follower =
  /^(?:[A-Za-z0-9_.-]{1,64}|(?:user|data|initial|integrated|persist|connect(?:ion)?|application|network|trust) [A-Za-z ]{2,32})[=:]/i;

function nameFollows(text: string, from: number): boolean {
  return follower.test(text.slice(from, from + nameCharactersMax + 1));
}

function skipBlanks(text: string, from: number): number {
  let start = from;
  while (start - from < blanksMax && isBlank(text.charCodeAt(start))) start += 1;
  return start;
}
