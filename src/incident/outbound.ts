/**
 * The one door through which requests go to addresses that people wrote down. A name is resolved once, every address of it has to
 * be one that may be reached, and the connection goes to exactly such a one, whatever the name says a moment later. No
 * redirects; bounded in time and size.
 */
import { lookup } from 'node:dns/promises';
import http from 'node:http';
import https from 'node:https';
import { isIP, type BlockList } from 'node:net';
import { mayReach } from './outbound-address.js';
import type { DeliveryCode, HttpMessage, Reply } from './receivers/receiver.js';

export const outboundLimits = { ms: 15_000, replyBytes: 16_384 } as const;

export type Sent =
  | { readonly reply: Reply }
  /** Nothing came back; `isFinal`: nothing ever would. `detail` has nothing of the address but its host. */
  | { readonly reply: null; readonly code: DeliveryCode; readonly detail: string; readonly isFinal: boolean };

export interface OutboundOptions {
  /** Networks that are not public and may be reached all the same. */
  readonly allowed: BlockList;
  /** Ends it early. */
  readonly signal?: AbortSignal;
  readonly ms?: number;
}

/** Never throws: what goes wrong is in the answer. */
export async function post(message: HttpMessage, options: OutboundOptions): Promise<Sent> {
  const url = new URL(message.url);
  const limit = AbortSignal.timeout(options.ms ?? outboundLimits.ms);
  const signal = options.signal ? AbortSignal.any([limit, options.signal]) : limit;
  try {
    const address = await Promise.race([pinned(url.hostname, options.allowed), aborted(signal)]);
    if (address === null) return refused(url.hostname);
    return { reply: await exchange(url, message, address, signal) };
  } catch (error) {
    if (limit.aborted) return lost('delivery/timeout', 'No whole answer came in time.');
    const { code = 'unknown' } = error as NodeJS.ErrnoException;
    return lost('delivery/no-connection', `The connection failed: ${code}.`);
  }
}

/** An address that may be reached, where all of the name are such; null where one is not. */
async function pinned(hostname: string, allowed: BlockList): Promise<string | null> {
  const literal = hostname.replace(/^\[(.*)\]$/, '$1');
  const addresses = isIP(literal) ? [literal] : (await lookup(hostname, { all: true })).map(({ address }) => address);
  return addresses.length > 0 && addresses.every((address) => mayReach(address, allowed)) ? addresses[0]! : null;
}

function exchange(url: URL, message: HttpMessage, address: string, signal: AbortSignal): Promise<Reply> {
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
    if (bytes >= outboundLimits.replyBytes) break;
  }
  return Buffer.concat(chunks).subarray(0, outboundLimits.replyBytes).toString('utf8');
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    const stop = () => reject(signal.reason as Error);
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
  });
}

function refused(hostname: string): Sent {
  const detail = `${hostname} is not a public address: allow its network in WHODUNIT_DELIVERY_ALLOW if it is meant.`;
  return { reply: null, code: 'delivery/address-refused', detail, isFinal: true };
}

function lost(code: DeliveryCode, detail: string): Sent {
  return { reply: null, code, detail, isFinal: false };
}
