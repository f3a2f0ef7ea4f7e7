/**
 * The one door through which anything goes to addresses that people wrote down. A name is resolved once, every address of it has to
 * be one that may be reached, and the connection goes to exactly such a one, whatever the name says a moment later. Bounded in
 * time. What is spoken behind it: `outbound-http.ts`, `outbound-mail.ts`.
 */
import { lookup } from 'node:dns/promises';
import { isIP, type BlockList } from 'node:net';
import { mayReach, type Destination } from './outbound-address.js';
import { exchangeHttp } from './outbound-http.js';
import { exchangeMail } from './outbound-mail.js';
import type { DeliveryCode, Outgoing, Reply } from './receivers/receiver.js';

/** A mail server may take its time before it greets (RFC 5321, 4.5.3.2 lets it have minutes). */
export const outboundLimits = { httpMs: 15_000, mailMs: 30_000 } as const;

export type Sent =
  | { readonly reply: Reply }
  /** Nothing came back; `isFinal`: nothing ever would. `detail` has nothing of the address but its host. */
  | { readonly reply: null; readonly code: DeliveryCode; readonly detail: string; readonly isFinal: boolean };

export interface OutboundOptions {
  /** Networks that are not public and may be reached all the same. */
  readonly allowed: BlockList;
  /** Certificates in PEM that are trusted; null: those that the runtime trusts. */
  readonly authorities?: readonly string[] | null;
  /** Ends it early. */
  readonly signal?: AbortSignal;
  readonly ms?: number;
}

/** Never throws: what goes wrong is in the answer. */
export async function send(message: Outgoing, options: OutboundOptions): Promise<Sent> {
  const isMail = message.by === 'smtp';
  const hostname = isMail ? message.server.host : new URL(message.url).hostname;
  const limit = AbortSignal.timeout(options.ms ?? (isMail ? outboundLimits.mailMs : outboundLimits.httpMs));
  const signal = options.signal ? AbortSignal.any([limit, options.signal]) : limit;
  try {
    const address = await Promise.race([pinned(hostname, options.allowed), aborted(signal)]);
    if (address === null) return refused(hostname);
    const destination: Destination = { address, authorities: options.authorities ?? null, signal };
    return { reply: isMail ? await exchangeMail(message, destination) : await exchangeHttp(message, destination) };
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
