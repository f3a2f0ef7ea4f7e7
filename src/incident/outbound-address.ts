/**
 * Which addresses a request may go to: public ones, and networks that the operator allows. Everything else is somebody's inside:
 * this host, its networks, the cloud's metadata. Pure.
 * Source: IANA special-purpose registries (RFC 6890); OWASP, "Server Side Request Forgery Prevention".
 */
import { BlockList, isIPv4, isIPv6 } from 'node:net';

/** Where a message goes once its address was checked. */
export interface Destination {
  readonly address: string;
  /** Certificates in PEM that are trusted; null: those that the runtime trusts. */
  readonly authorities: readonly string[] | null;
  readonly signal: AbortSignal;
}

const notPublicV4 = [
  ...['0.0.0.0/8', '10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '169.254.0.0/16', '172.16.0.0/12', '192.0.0.0/24'],
  ...['192.0.2.0/24', '192.88.99.0/24', '192.168.0.0/16', '198.18.0.0/15', '198.51.100.0/24', '203.0.113.0/24'],
  ...['224.0.0.0/4', '240.0.0.0/4'],
];
/** Of global unicast: protocol assignments (Teredo carries an IPv4 address), documentation, 6to4 (does so too). */
const notPublicV6 = ['2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20'];

const refusedV4 = networks(notPublicV4);
const refusedV6 = networks(notPublicV6);
/** Nothing but this is public in IPv6. */
const globalV6 = networks(['2000::/3']);

/** @param text networks such as `10.0.0.0/8` */
export function networks(texts: readonly string[]): BlockList {
  const list = new BlockList();
  for (const text of texts) {
    const [address, prefix] = text.split('/');
    list.addSubnet(address!, Number(prefix), isIPv4(address!) ? 'ipv4' : 'ipv6');
  }
  return list;
}

/** @param address as the resolver gave it, or a literal of an URL without its brackets */
export function mayReach(address: string, allowed: BlockList): boolean {
  const mapped = mappedV4(address);
  if (mapped !== null) return mayReach(mapped, allowed);
  if (isIPv4(address)) return allowed.check(address, 'ipv4') || !refusedV4.check(address, 'ipv4');
  if (!isIPv6(address) || address.includes('%')) return false;
  if (allowed.check(address, 'ipv6')) return true;
  return globalV6.check(address, 'ipv6') && !refusedV6.check(address, 'ipv6');
}

/** `::ffff:127.0.0.1`, also as `::ffff:7f00:1`: the address that it stands for. */
function mappedV4(address: string): string | null {
  if (!isIPv6(address)) return null;
  const [, high, low] = /^\[::ffff:([0-9a-f]+):([0-9a-f]+)\]$/.exec(canonical(address)) ?? [];
  if (high === undefined || low === undefined) return null;
  const [a, b] = [Number.parseInt(high, 16), Number.parseInt(low, 16)];
  return `${a >> 8}.${a & 255}.${b >> 8}.${b & 255}`;
}

function canonical(address: string): string {
  return URL.canParse(`http://[${address}]/`) ? new URL(`http://[${address}]/`).hostname : '';
}
