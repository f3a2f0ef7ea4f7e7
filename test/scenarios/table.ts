/** Rows of the gallery as text: one line each, notes below those that need one. Columns are as wide as what is expected. */
import { scenarios } from './list.js';
import { inWords, type Row } from './play.js';

const titleCharactersMax = 56;
const answers = scenarios.flatMap((one) => ('produce' in one ? [inWords(one.expected)] : []));
const answerCharacters = Math.max(...answers.map(({ length }) => length));
const widths = { id: 3, title: titleCharactersMax, answer: answerCharacters, ms: 6 } as const;

export const heading = line('', 'scenario', 'expected', 'got', 'ms', 'ok');

export function rowLines(row: Row): string {
  const mark = row.ok === null ? '-' : row.ok ? 'ok' : 'WRONG';
  const text = line(row.id, row.title, row.expected, row.got, row.ms === null ? '' : String(row.ms), mark);
  return row.ok === true ? text : `${text}\n     ${row.note}`;
}

export function closing(rows: readonly Row[]): string {
  const count = (ok: boolean | null) => rows.filter((row) => row.ok === ok).length;
  return `${count(true)} right, ${count(false)} wrong, ${count(null)} not produced here`;
}

function line(id: string, title: string, expected: string, got: string, ms: string, mark: string): string {
  const short = title.length > titleCharactersMax ? `${title.slice(0, titleCharactersMax - 1)}…` : title;
  const cells = [id.padEnd(widths.id), short.padEnd(widths.title), expected.padEnd(widths.answer)];
  return [...cells, got.padEnd(widths.answer), ms.padStart(widths.ms), mark].join('  ');
}
