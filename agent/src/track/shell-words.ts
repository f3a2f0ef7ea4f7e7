/**
 * Splits a text into words and what lies between them, alternately, beginning with a word that may be empty. Quotes
 * keep blanks inside a word, a backslash keeps what follows it; a quote that is never closed reaches to the end. Signs that
 * separate commands are words of their own. Joining the parts gives the text again.
 */
export function splitWords(text: string): readonly string[] {
  const parts: string[] = [];
  let start = 0;
  let quote = '';
  let inWord = true;
  const cut = (end: number): void => {
    parts.push(text.slice(start, end));
    start = end;
    inWord = !inWord;
  };
  for (let index = 0; index < text.length; index += 1) {
    const character = text.charAt(index);
    if (quote !== '') {
      if (character === '\\' && quote === '"') index += 1;
      else if (character === quote) quote = '';
      continue;
    }
    const blank = character === ' ' || character === '\t' || character === '\n' || character === '\r';
    if (blank === inWord) cut(index);
    if (blank) continue;
    if (separators.has(character)) {
      const run = separators.has(text.charAt(index + 1)) ? 2 : 1;
      if (index > start) {
        cut(index);
        cut(index);
      }
      cut(index + run);
      cut(index + run);
      index += run - 1;
    } else if (character === '\\') index += 1;
    else if (character === '"' || character === "'") quote = character;
  }
  parts.push(text.slice(start));
  return parts;
}

const separators: ReadonlySet<string> = new Set(['|', ';', '&', '(', ')', '`']);

export function isSeparator(word: string): boolean {
  return word.length <= 2 && separators.has(word.charAt(0));
}
