/** One POST to an address that was checked: no redirects, and of the answer no more than its beginning. */
import http from 'node:http';
import https from 'node:https';
import { isIP } from 'node:net';
import type { Destination } from './outbound-address.js';
import type { HttpMessage, Reply } from './receivers/receiver.js';

export const replyBytesMax = 16_384;

/** @throws where no answer came. */
export function exchangeHttp(message: HttpMessage, { address, authorities, signal }: Destination): Promise<Reply> {
  const url = new URL(message.url);
  const { request } = url.protocol === 'https:' ? https : http;
  const family = isIP(address) as 4 | 6;
  return new Promise((resolve, reject) => {
    const sending = request(
      url,
      {
        method: 'POST',
        // A connection of its own: one that is kept would have been checked another time.
        agent: false,
        signal,
        ...(authorities && { ca: [...authorities] }),
        headers: {
          ...message.headers,
          'user-agent': 'whodunit',
          'content-length': Buffer.byteLength(message.body),
          'accept-encoding': 'identity',
        },
        lookup: (_name, { all }, found) => {
          const list = found as unknown as (error: null, addresses: object[]) => void;
          if (all) list(null, [{ address, family }]);
          else found(null, address, family);
        },
      },
      (response) => {
        const retryAfter = response.headers['retry-after'] ?? null;
        beginning(response).then((body) => {
          // What came is enough; the rest is not waited for.
          sending.destroy();
          resolve({ status: response.statusCode!, retryAfter, body });
        }, reject);
      },
    );
    sending.on('error', reject);
    sending.end(message.body);
  });
}

async function beginning(response: http.IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes >= replyBytesMax) break;
  }
  return Buffer.concat(chunks).subarray(0, replyBytesMax).toString('utf8');
}
