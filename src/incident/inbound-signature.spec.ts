import { createHmac } from 'node:crypto';
import { expect, test } from 'vitest';
import { isPagerDutySigned, isStandardSigned } from './inbound-signature.js';
import { webhookSignature } from './receivers/webhook.js';

const secret = `whsec_${Buffer.alloc(32, 1).toString('base64')}`;
const body = Buffer.from('{"host":"web-1"}');
const now = new Date('2026-11-22T03:00:00Z');
const time = String(now.getTime() / 1_000);
const headers = (signature: string, timestamp = time) => ({
  ...{ 'webhook-id': 'm1', 'webhook-timestamp': timestamp, 'webhook-signature': signature },
});
const right = `v1,${webhookSignature(secret, 'm1', time, body)}`;

test('one_of_several_signatures_is_enough', () => {
  expect(isStandardSigned(headers(right), body, secret, now)).toBe(true);
  expect(isStandardSigned(headers(`v1a,x v1,y ${right}`), body, secret, now)).toBe(true);
});

test('another_body_id_time_or_secret_is_not_signed', () => {
  const other = `whsec_${Buffer.alloc(32, 2).toString('base64')}`;
  expect(isStandardSigned(headers(right), Buffer.from('{}'), secret, now)).toBe(false);
  expect(isStandardSigned({ ...headers(right), 'webhook-id': 'm2' }, body, secret, now)).toBe(false);
  expect(isStandardSigned(headers(right, String(Number(time) + 1)), body, secret, now)).toBe(false);
  expect(isStandardSigned(headers(right), body, other, now)).toBe(false);
  expect(isStandardSigned({}, body, secret, now)).toBe(false);
});

test('what_was_signed_long_ago_is_refused', () => {
  expect(isStandardSigned(headers(right), body, secret, new Date(now.getTime() + 301_000))).toBe(false);
});

test('pagerduty_signs_the_body_in_hexadecimal', () => {
  const hex = createHmac('sha256', 'pd').update(body).digest('hex');
  expect(isPagerDutySigned(`v1=00, v1=${hex}`, body, 'pd')).toBe(true);
  expect(isPagerDutySigned(`v1=${hex}`, body, 'other')).toBe(false);
  expect(isPagerDutySigned(undefined, body, 'pd')).toBe(false);
});
