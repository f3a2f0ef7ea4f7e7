import fc from 'fast-check';
import { expect, test } from 'vitest';
import { storable, storableJson, storableText, textOrNull } from './text.js';

test('what_postgres_can_hold_is_left_as_it_is', () => {
  const value = { a: ['é', '😀', '\u0001'], b: null, c: 1.5, d: { e: true } };
  expect(storable(value)).toBe(value);
});

test('nul_and_lone_surrogates_become_replacement_characters_in_values_and_keys', () => {
  const value = { 'k\0': ['a\0b', { x: '\ud800' }, 7, null], ok: 'fine' };
  expect(storable(value)).toEqual({ 'k\uFFFD': ['a\uFFFDb', { x: '\uFFFD' }, 7, null], ok: 'fine' });
});

test('nothing_that_comes_out_would_be_refused', () => {
  fc.assert(
    fc.property(
      fc.jsonValue({ stringUnit: 'binary' }),
      fc.string({ unit: fc.constantFrom('\0', '\ud800', '\udc00', 'a', '\\') }),
      (json, text) => {
        const out = storableJson({ json, text, [text]: 1 });
        expect(JSON.stringify(storable({ json, text, [text]: 1 }))).toBe(out);
        const leaves: string[] = [];
        JSON.parse(
          out,
          (key, value: unknown) => (leaves.push(key), typeof value === 'string' && leaves.push(value), value),
        );
        for (const leaf of leaves) expect(leaf.isWellFormed() && !leaf.includes('\0')).toBe(true);
      },
    ),
  );
});

test('asking_for_a_text_asks_for_what_it_was_stored_as', () => {
  expect(storableText('a\0\ud800')).toBe((storable(['a\0\ud800']) as string[])[0]);
  expect([textOrNull(null), textOrNull(undefined), textOrNull(''), textOrNull('\0')]).toEqual([
    null,
    null,
    '',
    '\uFFFD',
  ]);
});
