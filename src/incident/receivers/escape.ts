/**
 * Names that processes choose, made harmless for chat tools. Invisible characters were shown as escapes before
 * (`src/verdict/escape.ts`); here it is markup: a process must not be able to call a channel, or to show a link of its own.
 */

/** Slack: `&`, `<` and `>` are all that opens a mention or a link; the rest only looks bold. */
export function escapeSlack(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** HTML, in text and in attributes. */
export function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** Robots whose Markdown knows no reliable escape: what could open a link, a tag or a mention becomes its full-width twin. */
export function escapeMarkdown(text: string): string {
  return text.replaceAll(/[[\]<>*`#@!|~\\]/g, (character) => twins[character]!);
}

const twins: Readonly<Record<string, string>> = {
  '[': '［',
  ']': '］',
  '<': '＜',
  '>': '＞',
  '*': '＊',
  '`': '｀',
  '#': '＃',
  '@': '＠',
  '!': '！',
  '|': '｜',
  '~': '～',
  '\\': '＼',
};
