import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { Seal } from '../platform/seal.js';
import { acknowledgeUrl, readLink } from './acknowledge-link.js';
import { exampleId } from './notice-example.js';

const seal = new Seal(randomBytes(32));
const at = new Date('2026-11-30T12:00:00.000Z');
const said = { incident: exampleId(1), receiver: exampleId(2) };
const linkOf = (by: Seal) => acknowledgeUrl(by, 'https://whodunit.example/w', { ...said, at }).split('?link=')[1]!;

test('says_which_incident_and_receiver_for_a_week', () => {
  const url = acknowledgeUrl(seal, 'https://whodunit.example/w', { ...said, at });
  expect(url).toMatch(/^https:\/\/whodunit\.example\/w\/acknowledge\?link=[\w-]{91}$/);
  expect(readLink(seal, linkOf(seal))).toEqual({ ...said, endsAt: new Date('2026-12-07T12:00:00.000Z') });
});

test('is_the_same_when_its_message_is_made_again', () => {
  expect(linkOf(seal)).toBe(linkOf(seal));
});

test('is_none_with_any_bit_changed', () => {
  const bytes = Buffer.from(linkOf(seal), 'base64url');
  const changed = Array.from({ length: bytes.length * 8 }, (_, bit) => {
    const copy = Buffer.from(bytes);
    copy[bit >> 3]! ^= 1 << (bit & 7);
    return copy.toString('base64url');
  });
  expect(changed.filter((text) => readLink(seal, text) !== null)).toEqual([]);
});

test('is_none_of_another_key_or_of_another_purpose', () => {
  expect(readLink(new Seal(randomBytes(32)), linkOf(seal))).toBeNull();
  const bytes = Buffer.from(linkOf(seal), 'base64url').subarray(0, 36);
  const otherwise = Buffer.concat([bytes, seal.of('job', [bytes])]).toString('base64url');
  expect(readLink(seal, otherwise)).toBeNull();
});

test.each(['', 'x', `${'A'.repeat(91)}`, ` ${'A'.repeat(90)}`, '../'.repeat(30)])('is_none: %j', (text) => {
  expect(readLink(seal, text)).toBeNull();
});
