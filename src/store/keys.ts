/**
 * Sets of life keys as the three array parameters that the by-key statements take. 64-bit numbers go as text: postgres.js
 * takes the type of an array's first element for that of the array, and a bigint would make it a scalar.
 */
import { lifeId, type LifeKey } from './rows.js';

export function keyArrays(keys: readonly LifeKey[]): [boots: number[], pids: number[], starts: string[]] {
  return [keys.map((key) => key.boot), keys.map((key) => key.pid), bigints(keys.map((key) => key.start_ns))];
}

export function bigints(values: readonly bigint[]): string[] {
  return values.map(String);
}

/** Each life once. */
export function distinct(keys: readonly LifeKey[]): LifeKey[] {
  return [...new Map(keys.map((key) => [lifeId(key), key])).values()];
}
