/** Resident memory: at rest, and the most that was seen in any round under load. */
import { byTool, ours } from './figure.mjs';

const idleMibMax = 70;
const loadMibMax = 90;
const largest = (/** @type {readonly number[]} */ values) => Math.max(...values);

/**
 * @param {ReadonlyMap<string, readonly import('../runs/idle.mjs').IdleSample[]> | undefined} idle
 * @param {readonly import('./figure.mjs').Samples[]} loads @returns {import('./figure.mjs').Figure[]}
 */
export function memory(idle, loads) {
  /** @type {import('./figure.mjs').Figure[]} */
  const figures = [];
  if (idle !== undefined) {
    const values = byTool(idle, ({ processes, residentKib }) => (processes === 0 ? residentKib / 1024 : undefined));
    figures.push({ name: 'resident memory, idle', unit: 'MiB', values, ...judge(values, idleMibMax) });
  }
  if (loads.length > 0) {
    /** @type {Map<string, number[]>} */
    const peaks = new Map();
    for (const [name, list] of loads.flatMap((samples) => [...samples])) {
      if (name !== 'untraced')
        peaks.set(name, [...(peaks.get(name) ?? []), ...list.map(({ peakKib }) => peakKib / 1024)]);
    }
    const values = byTool(peaks, (value) => value, largest);
    figures.push({ name: 'resident memory, most under load', unit: 'MiB', values, ...judge(values, loadMibMax) });
  }
  return figures;
}

/** @param {Record<string, number | undefined>} values @param {number} max */
function judge(values, max) {
  const mine = values[ours];
  return { target: `≤ ${max}`, ...(mine !== undefined && { holds: mine <= max }) };
}
