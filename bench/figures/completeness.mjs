/** Kills that nobody knows of, or that are laid at another's door, in all rounds together. */
import { sum } from '../support/statistics.mjs';
import { byTool, ours } from './figure.mjs';

/** @param {string} load @param {import('./figure.mjs').Samples} samples @returns {import('./figure.mjs').Figure[]} */
export function completeness(load, samples) {
  const kills = sum(samples.get(ours)?.map((sample) => sample.kills) ?? []);
  const lost = byTool(samples, ({ seen }) => seen?.lost, sum);
  const wrong = byTool(samples, ({ seen }) => seen?.wrong, sum);
  const zero = { unit: 'kills', target: '0' };
  return [
    { name: `lost, ${load}, of ${kills}`, values: lost, holds: lost[ours] === 0, ...zero },
    { name: `wrongly attributed, ${load}`, values: wrong, holds: wrong[ours] === 0, ...zero },
  ];
}
