import fc from 'fast-check';
import { expect, test } from 'vitest';
import { arrayTypes, readArray, writeArray } from './array-types.js';

test('what_is_written_is_what_is_read', () => {
  fc.assert(
    fc.property(fc.array(fc.option(fc.string())), (values) => {
      expect(readArray(writeArray(values).replaceAll('null', 'NULL'))).toEqual(
        values.map((value) => value?.replaceAll('null', 'NULL') ?? null),
      );
    }),
  );
});

test.each([
  ['{}', []],
  ['{1,2}', ['1', '2']],
  ['{NULL,"NULL",a b}', [null, 'NULL', 'a b']],
  [String.raw`{"a,b","c\"d","e\\f",""}`, ['a,b', 'c"d', String.raw`e\f`, '']],
  ['{"line\nbreak","{}"}', ['line\nbreak', '{}']],
])('reads_%s', (text, elements) => {
  expect(readArray(text)).toEqual(elements);
});

test('elements_are_what_the_driver_gives_for_scalars', () => {
  expect(arrayTypes.int8s.parse('{9007199254740993,NULL}')).toEqual([9_007_199_254_740_993n, null]);
  expect(arrayTypes.bools.parse('{t,f}')).toEqual([true, false]);
  expect(arrayTypes.timestamps.parse('{"2026-11-20 08:00:00+00"}')).toEqual([new Date('2026-11-20T08:00:00Z')]);
  expect(arrayTypes.jsonbs.parse(String.raw`{"{\"a\": 1}"}`)).toEqual([{ a: 1 }]);
});

test('what_is_no_array_is_left_to_the_database_to_refuse', () => {
  expect(arrayTypes.texts.serialize('{a}')).toBe('{a}');
});
