/** /proc/pressure/memory and memory.pressure of a cgroup: Documentation/accounting/psi.rst. Percent, averages of ten seconds. */
import type { StallShares } from '../contract.js';

export function parseStallShares(text: string): StallShares | undefined {
  const share = (kind: string) => {
    const digits = new RegExp(`^${kind} avg10=(\\d{1,3}\\.\\d{2}) `, 'm').exec(text)?.[1];
    return digits === undefined ? undefined : Math.min(Number(digits), 100);
  };
  const [some, full] = [share('some'), share('full')];
  if (some === undefined) return undefined;
  return full === undefined ? { some } : { some, full };
}
