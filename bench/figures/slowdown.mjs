/** How much longer the load takes than when nobody watches, each round against its own untraced run. */
import { quietest } from '../support/steal.mjs';
import { byTool, ours } from './figure.mjs';

const max = 1.15;

/** @param {import('./figure.mjs').Samples} samples @returns {import('./figure.mjs').Figure[]} */
export function slowdown(samples) {
  const rounds = new Map([...samples].map(([name, list]) => [name, quietestOfRounds(list)]));
  const bare = rounds.get('untraced') ?? [];
  const ratios = new Map(
    [...rounds]
      .filter(([name]) => name !== 'untraced')
      .map(([name, list]) => [name, list.map(({ loadMs }, round) => loadMs / (bare[round]?.loadMs ?? NaN))]),
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
    { name: '  kills per second', unit: '/s', values: byTool(rounds, ({ kills, loadMs }) => (1_000 * kills) / loadMs) },
    { name: '  stolen meanwhile', unit: '%', values: byTool(rounds, ({ stolenPercent }) => stolenPercent) },
  ];
}

/** @param {readonly import('../runs/load.mjs').Sample[]} samples @returns {readonly import('../runs/load.mjs').Sample[]} */
function quietestOfRounds(samples) {
  const rounds = [...new Set(samples.map(({ round }) => round))];
  return rounds.map((round) => quietest(samples.filter((sample) => sample.round === round)));
}
