/** What the gallery leaves to other tests is there, and its table is one. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { scenarios } from '../scenarios/list.js';
import { inWords } from '../scenarios/play.js';
import { heading, rowLines } from '../scenarios/table.js';

const root = join(import.meta.dirname, '../..');
const elsewhere = scenarios.filter((one) => 'test' in one);

test.each(elsewhere.map((one) => [`${one.id}: ${one.title}`, one.test] as const))('is_there_%s', (_, place) => {
  const [file = '', name = ''] = place.split(': ');
  expect(readFileSync(join(root, file), 'utf8')).toContain(name);
});

test('every_column_of_the_table_begins_where_its_heading_does', () => {
  const ends = scenarios.flatMap((one) => {
    if (!('produce' in one)) return [];
    const answer = inWords(one.expected);
    const text = rowLines({ id: one.id, title: one.title, expected: answer, got: answer, ms: 7, ok: true, note: '' });
    return [[text.indexOf(answer), text.lastIndexOf(answer), text.lastIndexOf('  ok')]];
  });
  const columns = [heading.indexOf('expected'), heading.indexOf('got'), heading.lastIndexOf('  ok')];
  expect(ends.filter((places) => places.join() !== columns.join())).toEqual([]);
});
