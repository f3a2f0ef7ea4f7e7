import { expect, it } from 'vitest';
import { bytes } from './bytes.js';

it.each([
  [0, '0 bytes'],
  [1023, '1023 bytes'],
  [4096, '4 KiB'],
  [1.5 * 2 ** 30, '1.5 GiB'],
  [512 * 2 ** 20, '512 MiB'],
  [Number.MAX_SAFE_INTEGER, '8 PiB'],
])('%d_is_%s', (count, text) => {
  expect(bytes(count).en).toBe(text);
});

it('has_a_Chinese_word_where_the_unit_is_a_word', () => {
  expect([bytes(0).zh, bytes(4096).zh]).toEqual(['0 字节', '4 KiB']);
});
