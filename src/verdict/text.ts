/**
 * Sentences in the languages of the API: `{ en, zh }`, written side by side, so that who changes one sees the other.
 *
 * The tags `en` and `zh` put parts together in their language; a part that is a string or a number (a name, a signal, a
 * count) is the same in both. `zh` also sees to the spaces where parts meet: one between Chinese and anything else, none
 * beside full-width punctuation. So its templates have spaces only within their own words.
 */

export const locales = ['EN', 'ZH'] as const;
export type Locale = (typeof locales)[number];

export interface Text {
  readonly en: string;
  /** Simplified Chinese, full-width punctuation. */
  readonly zh: string;
}

type Part = Text | string | number;

export const nothing: Text = { en: '', zh: '' };

/** What is the same in every language. */
export function same(text: string): Text {
  return { en: text, zh: text };
}

export function inLocale(text: Text, locale: Locale = 'EN'): string {
  return locale === 'ZH' ? text.zh : text.en;
}

export function en(literals: TemplateStringsArray, ...parts: readonly Part[]): string {
  return literals.reduce((text, literal, index) => {
    const part = parts[index - 1]!;
    return text + (typeof part === 'object' ? part.en : part) + literal;
  });
}

export function zh(literals: TemplateStringsArray, ...parts: readonly Part[]): string {
  return literals.reduce((text, literal, index) => {
    const part = parts[index - 1]!;
    const foreign = typeof part !== 'object';
    const piece = foreign ? String(part) : part.zh;
    const both = spaced(text, piece, foreign ? 'right' : 'neither');
    return spaced(both, literal, foreign && piece !== '' ? 'left' : 'neither');
  });
}

/** The parts that say something, as `a; b; c` and `a；b；c`. */
export function clauses(...parts: readonly Text[]): Text {
  const said = parts.filter((part) => part.en !== '');
  return { en: said.map((part) => part.en).join('; '), zh: said.map((part) => part.zh).join('；') };
}

export function joined(...parts: readonly Text[]): Text {
  return { en: parts.map((part) => part.en).join(''), zh: parts.map((part) => part.zh).join('') };
}

/** @param foreign which side is a name or a number: set off even where it is written in Chinese, as names can be */
function spaced(left: string, right: string, foreign: 'left' | 'right' | 'neither'): string {
  const before = left.at(-1);
  const [after] = right;
  if (before === undefined || after === undefined) return left + right;
  if (aloof.test(before) || aloof.test(after)) return left + right;
  const chinese = [foreign !== 'left' && han.test(before), foreign !== 'right' && han.test(after)];
  return left + (chinese[0] === chinese[1] ? '' : ' ') + right;
}

const han = /\p{Script=Han}/u;
/** Full-width punctuation brings its own space, and what is a space needs none. */
const aloof = /[\s，。；：！？、（）「」“”]/u;
