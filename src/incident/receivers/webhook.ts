/**
 * Any endpoint, by Standard Webhooks 1.0 (headers `webhook-id`, `-timestamp`, `-signature`; `v1` is HMAC-SHA256 over id,
 * timestamp and body, joined by dots) with a CloudEvents 1.0 body in structured JSON. `webhook-id` is the same on every attempt.
 * Source: standard-webhooks/spec/standard-webhooks.md; cloudevents/bindings/http-protocol-binding.md, 3.2.
 */
import { createHmac } from 'node:crypto';
import { z } from 'zod';
import type { Notice } from '../notice.js';
import { HttpUrl } from './address.js';
import { judgeStatus } from './judge.js';
import type { ReceiverType } from './receiver.js';
import { bounded } from './words.js';

const secretBytes = { min: 24, max: 64 } as const;

/** `whsec_` and 24 to 64 bytes in base64. */
export const WebhookSecret = z.string().refine((secret) => {
  const bytes = webhookKey(secret)?.length ?? 0;
  return bytes >= secretBytes.min && bytes <= secretBytes.max;
}, 'must be whsec_ and 24 to 64 bytes in base64');

export const webhook: ReceiverType<{ url: string; secret: string }> = {
  config: z.strictObject({ url: HttpUrl, secret: WebhookSecret }),
  perMinute: 600,
  spacingMs: 0,
  incidentsMax: null,
  repeatMs: null,
  render: ({ url, secret }, { id, notices, now }) => {
    const body = JSON.stringify(cloudEvent(notices[0]!));
    const timestamp = String(Math.floor(now.getTime() / 1_000));
    return {
      url,
      headers: {
        'content-type': 'application/cloudevents+json; charset=utf-8',
        'webhook-id': id,
        'webhook-timestamp': timestamp,
        'webhook-signature': `v1,${webhookSignature(secret, id, timestamp, body)}`,
      },
      body,
    };
  },
  judge: judgeStatus,
};

/** Base64. @param secret `whsec_…` */
export function webhookSignature(secret: string, id: string, timestamp: string, body: string | Uint8Array): string {
  return createHmac('sha256', webhookKey(secret)!).update(`${id}.${timestamp}.`).update(body).digest('base64');
}

function webhookKey(secret: string): Buffer | null {
  const [, base64] = /^whsec_([A-Za-z0-9+/]+={0,2})$/.exec(secret) ?? [];
  return base64 === undefined ? null : Buffer.from(base64, 'base64');
}

function cloudEvent({ id, change, at, by, incident }: Notice): object {
  return {
    specversion: '1.0',
    id,
    source: '/whodunit/incidents',
    type: `io.whodunit.incident.${change.toLowerCase()}.v1`,
    subject: incident.id,
    time: at.toISOString(),
    datacontenttype: 'application/json',
    data: { change, by, incident: bounded(incident) },
  };
}
