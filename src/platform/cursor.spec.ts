import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Failure } from './errors.js';
import { cursorParts, decodeCursor, encodeCursor } from './cursor.js';

const shape = [cursorParts.milliseconds, cursorParts.int, cursorParts.bigint];
const badCursor = expect.objectContaining({ code: 'history/bad-cursor', status: 400 }) as Error;

test('a_cursor_comes_back_as_it_was_made', () => {
  fc.assert(
    fc.property(
      fc.date({ noInvalidDate: true, min: new Date(-1e13), max: new Date(1e14) }),
      fc.nat(),
      fc.bigInt({ min: 0n, max: 10n ** 18n - 1n }),
      (at, pid, start) => {
        fc.pre(pid < 1e9);
        const cursor = encodeCursor('deaths', [at.getTime(), pid, start]);
        expect(cursor).toMatch(/^[A-Za-z0-9_-]+$/);
        expect(decodeCursor('deaths', cursor, shape)).toEqual([String(at.getTime()), String(pid), String(start)]);
      },
    ),
  );
});

test('no_cursor_is_the_beginning', () => {
  expect([decodeCursor('deaths', null, shape), decodeCursor('deaths', undefined, shape)]).toEqual([null, null]);
});

test('a_cursor_of_another_list_or_shape_is_refused', () => {
  const cursor = encodeCursor('deaths', [1, 2, 3n]);
  expect(() => decodeCursor('processes', cursor, shape)).toThrow(badCursor);
  expect(() => decodeCursor('deaths', cursor, shape.slice(1))).toThrow(badCursor);
  expect(() => decodeCursor('deaths', encodeCursor('deaths', [1, 2, 'x']), shape)).toThrow(badCursor);
  expect(() => decodeCursor('hosts', encodeCursor('hosts', ['a\0b']), [cursorParts.text])).toThrow(badCursor);
});

test('whatever_is_given_is_a_key_or_a_refusal', () => {
  const json = fc.jsonValue().map((value) => Buffer.from(JSON.stringify(value)).toString('base64url'));
  fc.assert(
    fc.property(fc.oneof(fc.string({ unit: 'binary' }), json), (text) => {
      try {
        decodeCursor('deaths', text, shape);
      } catch (error) {
        expect(error).toBeInstanceOf(Failure);
      }
    }),
  );
});
