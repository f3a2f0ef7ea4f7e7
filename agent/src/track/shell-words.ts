/**
 * Splits a text into words and what lies between them, alternately, beginning with a word that may be empty. Quotes
 * keep blanks inside a word; a quote that is never closed reaches to the end. Joining the parts gives the text again.
 */
export function splitWords(text: string): readonly string[] {
  const parts: string[] = [];
  let start = 0;
  let quote = '';
  let inWord = true;
  for (let index = 0; index < text.length; index += 1) {
    const character = text.charAt(index);
    if (quote !== '') {
      if (character === quote) quote = '';
      continue;
    }
    const blank = character === ' ' || character === '\t' || character === '\n' || character === '\r';
    if (blank === inWord) {
      parts.push(text.slice(start, index));
      start = index;
      inWord = !blank;
    }
    if (character === '"' || character === "'") quote = character;
  }
  parts.push(text.slice(start));
  return parts;
}
