/** docs/rungs.md shows the promises that the conformance suite holds each rung to. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { renderTable } from '../conformance/table.js';

/** The formatter pads the columns. */
const unpadded = (text: string) => text.replace(/ +/g, ' ').replace(/-+/g, '-');

test('the_page_of_rungs_has_the_table_of_promises', () => {
  const page = readFileSync(join(import.meta.dirname, '../../docs/rungs.md'), 'utf8');
  expect(unpadded(page)).toContain(unpadded(renderTable()));
});
