/** Decodes the entries of the probe's maps `throttles` and `throttles_told`; agent/probe/throttle.h specifies them. */
import { Cursor } from '../bytes/cursor.js';
import type { CgroupRef } from './record.js';

export const throttleBytes = { key: 16, value: 40, told: 16 } as const;

export interface Throttle {
  /** The last second since boot in which the cgroup made a record while the ring was nearly full. */
  readonly second: bigint;
  /** Records withheld since the entry was made. */
  readonly withheld: bigint;
  /** Nanoseconds since boot: the first that nobody has told yet; an older one while all is told. */
  readonly first: bigint;
  readonly last: bigint;
}

export interface Told {
  readonly withheld: bigint;
  readonly last: bigint;
}

export function decodeThrottleKey(key: Uint8Array): CgroupRef {
  const cursor = new Cursor(key);
  const id = cursor.u64le();
  return { hierarchy: cursor.u32le(), id };
}

export function decodeThrottle(value: Uint8Array): Throttle {
  const cursor = new Cursor(value);
  const second = cursor.u64le();
  cursor.u64le();
  return { second, withheld: cursor.u64le(), first: cursor.u64le(), last: cursor.u64le() };
}

export function decodeTold(value: Uint8Array): Told {
  const cursor = new Cursor(value);
  return { withheld: cursor.u64le(), last: cursor.u64le() };
}

export function encodeTold({ withheld, last }: Told): Uint8Array {
  return new Uint8Array(new BigUint64Array([withheld, last]).buffer);
}
