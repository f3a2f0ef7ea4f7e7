/** Signatures of what tools send us. Pure: the time is given. */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { webhookSignature } from './receivers/webhook.js';

/** Older or newer than that, it is a repetition or the clock is wrong. Standard Webhooks: "Verifying webhook authenticity". */
const skewMsMax = 300_000;
const signaturesMax = 8;

export interface SignedHeaders {
  readonly 'webhook-id'?: string | undefined;
  readonly 'webhook-timestamp'?: string | undefined;
  readonly 'webhook-signature'?: string | undefined;
}

/** Standard Webhooks: one of the signatures, separated by spaces, has to fit. @param secret `whsec_…` */
export function isStandardSigned(headers: SignedHeaders, body: Uint8Array, secret: string, now: Date): boolean {
  const { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': given } = headers;
  if (!id || !timestamp || !given || !/^\d{1,12}$/.test(timestamp)) return false;
  if (Math.abs(Number(timestamp) * 1_000 - now.getTime()) > skewMsMax) return false;
  return fits(given.split(' '), `v1,${webhookSignature(secret, id, timestamp, body)}`);
}

/** PagerDuty, webhooks v3: `x-pagerduty-signature: v1=<hex>,v1=<hex>`, HMAC-SHA256 of the body. */
export function isPagerDutySigned(given: string | undefined, body: Uint8Array, secret: string): boolean {
  const right = `v1=${createHmac('sha256', secret).update(body).digest('hex')}`;
  return fits(given?.split(',').map((one) => one.trim()) ?? [], right);
}

function fits(given: readonly string[], right: string): boolean {
  const wanted = Buffer.from(right);
  return given.slice(0, signaturesMax).some((one) => {
    const bytes = Buffer.from(one);
    return bytes.length === wanted.length && timingSafeEqual(bytes, wanted);
  });
}
