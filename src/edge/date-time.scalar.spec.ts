import { Kind } from 'graphql';
import { describe, expect, test } from 'vitest';
import { DateTime } from './date-time.scalar.js';

const literal = (value: string) => DateTime.parseLiteral({ kind: Kind.STRING, value }, {});

test('an_instant_goes_out_in_utc_and_comes_back', () => {
  const instant = new Date('2026-11-21T09:30:00.123Z');
  expect(DateTime.serialize(instant)).toBe('2026-11-21T09:30:00.123Z');
  expect(DateTime.parseValue('2026-11-21T09:30:00.123Z')).toEqual(instant);
  expect(literal('2026-11-21T10:30:00.123+01:00')).toEqual(instant);
});

describe('refused with what is right', () => {
  test.each([
    'today',
    '',
    '2026-11-21',
    '2026-11-21T09:30:00',
    '2026-11-21 09:30:00Z',
    '2026-13-01T00:00:00Z',
    '2026-02-30T00:00:00Z',
    '2026-11-21T25:00:00Z',
    '0000-01-01T00:00:00Z',
    '9999-12-31T23:59:59-23:59',
  ])('%s', (text) => {
    const refusal = expect.objectContaining({
      extensions: { code: 'BAD_USER_INPUT' },
      message: expect.stringContaining('RFC 3339'),
    }) as Error;
    expect(() => DateTime.parseValue(text)).toThrow(refusal);
    expect(() => literal(text)).toThrow(refusal);
  });

  test('numbers_and_null', () => {
    for (const value of [0, 1e12, null, {}, ['2026-11-21T09:30:00Z']])
      expect(() => DateTime.parseValue(value)).toThrow(/RFC 3339/);
    expect(() => DateTime.parseLiteral({ kind: Kind.INT, value: '0' }, {})).toThrow(/RFC 3339/);
  });
});
