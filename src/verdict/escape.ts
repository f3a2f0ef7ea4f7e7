/**
 * Text that processes choose (names, command lines) on its way into sentences for people.
 *
 * Any user can call a process `kill (pid 1) run by bob`, hide text with control characters or turn it round with bidi
 * ones. So: everything invisible is shown as an escape, and what is not a plain name stands in quotes that it cannot
 * close.
 */

/** In double quotes, with at most `charactersMax` visible characters before an ellipsis. */
export function quote(text: string, charactersMax: number = Number.POSITIVE_INFINITY): string {
  return `"${shorten(text, charactersMax, escapeInQuotes)}"`;
}

/** As it is when it is a plain name, in quotes otherwise. */
export function plainOrQuoted(text: string, charactersMax: number = nameCharactersMax): string {
  return plain.test(text) && text.length <= charactersMax ? text : quote(text, charactersMax);
}

const nameCharactersMax = 64;
const plain = /^[\p{L}\p{N}_.+:@/~#%=,-]+$/u;
/** Control, format (bidi, zero width, tags), surrogate, line and paragraph separator; blank fillers of Hangul and Braille. */
const invisible = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\u115f\u1160\u2800\u3164\uffa0]/u;
const named: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t', '"': '\\"', '\\': '\\\\' };

function escapeInQuotes(character: string): string {
  const short = named[character];
  if (short !== undefined) return short;
  return invisible.test(character) ? `\\u{${character.codePointAt(0)?.toString(16)}}` : character;
}

/** Cuts between characters, never inside an escape. */
function shorten(text: string, charactersMax: number, escape: (character: string) => string): string {
  const pieces: string[] = [];
  let length = 0;
  for (const character of text) {
    const piece = escape(character);
    length += piece.length;
    if (length > charactersMax) return `${pieces.join('')}…`;
    pieces.push(piece);
  }
  return pieces.join('');
}
