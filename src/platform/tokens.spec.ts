import { expect, test } from 'vitest';
import { bearerToken, hashToken, newToken, tokenKind } from './tokens.js';

test('a_token_says_its_kind_and_no_two_are_alike', () => {
  for (const kind of ['admin', 'enroll', 'host'] as const) {
    const [one, other] = [newToken(kind), newToken(kind)];
    expect([tokenKind(one), tokenKind(other)]).toEqual([kind, kind]);
    expect(one).not.toBe(other);
    expect(one).toMatch(/^wd_[a-z]+_[A-Za-z0-9_-]{43}$/);
  }
});

test('what_is_not_well_formed_has_no_kind', () => {
  const token = newToken('host');
  for (const text of [
    '',
    'wd_host_',
    token.slice(0, -1),
    `${token}a`,
    ` ${token}`,
    `${token}\n`,
    token.replace('host', 'root'),
    token.toUpperCase(),
  ])
    expect(tokenKind(text)).toBeNull();
});

test('the_hash_is_sha_256', () => {
  expect(hashToken('abc').toString('hex')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
});

test('only_a_bearer_header_carries_a_token', () => {
  expect(bearerToken('Bearer abc')).toBe('abc');
  expect(bearerToken('bearer abc')).toBe('abc');
  for (const header of [
    undefined,
    '',
    'abc',
    'Basic abc',
    'Bearer',
    'Bearer ',
    'Bearer a b',
    `Bearer ${'a'.repeat(201)}`,
  ])
    expect(bearerToken(header)).toBeNull();
});
