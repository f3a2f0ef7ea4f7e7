/**
 * One line of the result. Values are by tool; a figure without a target is there to explain another one.
 *
 * @typedef {object} Figure
 * @property {string} name
 * @property {string} unit
 * @property {Readonly<Record<string, number | undefined>>} values
 * @property {string} [target] in words
 * @property {boolean} [holds]
 *
 * @typedef {import('../runs/load.mjs').Samples} Samples
 */
import { median } from '../support/statistics.mjs';

export const ours = 'whodunit';

/**
 * @template T
 * @param {ReadonlyMap<string, readonly T[]>} samples @param {(sample: T) => number | undefined} of
 * @param {(values: readonly number[]) => number} [reduce]
 * @returns {Record<string, number | undefined>} a value for each tool that has one
 */
export function byTool(samples, of, reduce = median) {
  /** @type {Record<string, number | undefined>} */
  const values = {};
  for (const [name, list] of samples) {
    const found = list.map(of).filter((value) => value !== undefined);
    if (found.length > 0) values[name] = reduce(/** @type {number[]} */ (found));
  }
  return values;
}
