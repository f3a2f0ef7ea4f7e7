/** Sets of life keys as the three array parameters that the by-key statements take. */
import type { LifeKey } from './rows.js';

export function keyArrays(keys: readonly LifeKey[]): [boots: number[], pids: number[], starts: bigint[]] {
  return [keys.map((key) => key.boot), keys.map((key) => key.pid), keys.map((key) => key.start_ns)];
}
