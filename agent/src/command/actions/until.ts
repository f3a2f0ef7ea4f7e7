/** Looks again and again, at first soon, until `look` is content or the time is over. */
import type { System } from '../system.js';

const firstMs = 2;
const longestMs = 100;

export async function until(system: System, timeoutMs: number, look: () => boolean): Promise<boolean> {
  const deadline = system.bootNanoseconds() + BigInt(timeoutMs) * 1_000_000n;
  for (let pauseMs = firstMs; !look(); pauseMs = Math.min(pauseMs * 2, longestMs)) {
    if (system.bootNanoseconds() >= deadline) return false;
    await system.sleep(pauseMs);
  }
  return true;
}
