import { expect, test } from 'vitest';
import { excerpt } from './redact.js';

const config = { url: 'https://h.example/hook/abcdefgh1234?access_token=t%2Fopsecret99', secret: 'SEC+x', user: null };

test.each([
  ['bad token t/opsecret99', 'bad token [redacted]'],
  ['bad token t%2Fopsecret99', 'bad token [redacted]'],
  ['no hook abcdefgh1234', 'no hook [redacted]'],
  ['GET /hook/abcdefgh1234?access_token=t%2Fopsecret99 failed', 'GET [redacted] failed'],
  ['sign SEC+x or SEC%2Bx', 'sign [redacted] or [redacted]'],
  ['two\nlines\u202e', 'two lines'],
])('%s', (text, expected) => expect(excerpt(text, config)).toBe(expected));

test('is_short', () => expect(excerpt('x'.repeat(10_000), config)).toHaveLength(512));
