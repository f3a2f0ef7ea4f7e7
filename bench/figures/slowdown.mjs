/** How much longer the load takes than when nobody watches, each round against its own untraced run. */
import { byTool, ours } from './figure.mjs';

const max = 1.15;

/** @param {import('./figure.mjs').Samples} samples @returns {import('./figure.mjs').Figure[]} */
export function slowdown(samples) {
  const bare = samples.get('untraced') ?? [];
  const ratios = new Map(
    [...samples]
      .filter(([name]) => name !== 'untraced')
      .map(([name, list]) => [name, list.map(({ loadMs }, round) => loadMs / (bare[round]?.loadMs ?? NaN))]),
  );
  const values = byTool(ratios, (ratio) => ratio);
  const mine = values[ours];
  const rates = byTool(samples, ({ kills, loadMs }) => (1_000 * kills) / loadMs);
  return [
    {
      name: 'slowdown of the load',
      unit: '×',
      values,
      target: `≤ ${max}`,
      ...(mine !== undefined && { holds: mine <= max }),
    },
    { name: '  kills per second', unit: '/s', values: rates },
  ];
}
