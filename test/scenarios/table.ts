/** Rows of the gallery as text: one line each, notes below those that need one. */
import type { Row } from './play.js';

const widths = { id: 3, title: 48, expected: 28, got: 28, ms: 6 } as const;

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
  const cells = [id.padEnd(widths.id), title.padEnd(widths.title), expected.padEnd(widths.expected)];
  return [...cells, got.padEnd(widths.got), ms.padStart(widths.ms), mark].join('  ');
}
