/** How much longer the load takes than when nobody watches: of all rounds, what was not disturbed from outside. */
import { quietStretches } from '../support/steal.mjs';
import { byTool, ours } from './figure.mjs';

const max = 1.15;

/** @param {import('./figure.mjs').Samples} samples @returns {import('./figure.mjs').Figure[]} */
export function slowdown(samples) {
  const stretches = new Map([...samples].map(([name, list]) => [name, list.flatMap((sample) => sample.stretches)]));
  const quiet = new Map([...stretches].map(([name, list]) => [name, quietStretches(list)]));
  const msPerKill = byTool(quiet, ({ ms, kills }) => ms / kills);
  const { untraced: bare, ...tools } = msPerKill;
  const over = (/** @type {number | undefined} */ value) => value && bare && value / bare;
  const values = Object.fromEntries(Object.entries(tools).map(([name, value]) => [name, over(value)]));
  const mine = values[ours];
  const rates = Object.entries(tools).map(([name, value]) => [name, value && 1_000 / value]);
  const shares = [...stretches].map(([name, list]) => [name, (100 * (quiet.get(name)?.length ?? 0)) / list.length]);
  return [
    {
      name: 'slowdown of the load',
      unit: '×',
      values,
      target: `≤ ${max}`,
      ...(mine !== undefined && { holds: mine <= max }),
    },
    { name: '  kills per second', unit: '/s', values: Object.fromEntries(rates) },
    { name: '  timed, of the load', unit: '%', values: Object.fromEntries(shares) },
  ];
}
