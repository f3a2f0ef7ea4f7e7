/** What the gallery leaves to other tests is there. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { scenarios } from '../scenarios/list.js';

const root = join(import.meta.dirname, '../..');
const elsewhere = scenarios.filter((one) => 'test' in one);

test.each(elsewhere.map((one) => [`${one.id}: ${one.title}`, one.test] as const))('is_there_%s', (_, place) => {
  const [file = '', name = ''] = place.split(': ');
  expect(readFileSync(join(root, file), 'utf8')).toContain(name);
});
