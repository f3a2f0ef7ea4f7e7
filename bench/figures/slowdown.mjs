/** How much longer the load takes than when nobody watches, each round against its own untraced run. */
import { quietPace } from '../support/steal.mjs';
import { byTool, ours } from './figure.mjs';

const max = 1.15;

/** @param {import('./figure.mjs').Samples} samples @returns {import('./figure.mjs').Figure[]} */
export function slowdown(samples) {
  const paces = new Map([...samples].map(([name, list]) => [name, list.map(({ stretches }) => quietPace(stretches))]));
  const bare = paces.get('untraced') ?? [];
  const ratios = new Map(
    [...paces]
      .filter(([name]) => name !== 'untraced')
      .map(([name, list]) => [name, list.map(({ msPerKill }, round) => over(msPerKill, bare[round]?.msPerKill))]),
  );
  const values = byTool(ratios, (ratio) => ratio);
  const mine = values[ours];
  return [
    {
      name: 'slowdown of the load',
      unit: '×',
      values,
      target: `≤ ${max}`,
      ...(mine !== undefined && { holds: mine <= max }),
    },
    { name: '  kills per second', unit: '/s', values: byTool(paces, ({ msPerKill }) => over(1_000, msPerKill)) },
    { name: '  timed, of the load', unit: '%', values: byTool(paces, ({ quietShare }) => 100 * quietShare) },
  ];
}

/** @param {number | undefined} value @param {number | undefined} base */
function over(value, base) {
  return value === undefined || base === undefined ? undefined : value / base;
}
