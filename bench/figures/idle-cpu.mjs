/** Share of one core while nothing happens; the number of processes on the host must not matter. */
import { byTool, ours } from './figure.mjs';

const percentMax = 0.3;

/**
 * @param {ReadonlyMap<string, readonly import('../runs/idle.mjs').IdleSample[]>} idle @param {import('../agent.mjs').Plan} plan
 * @returns {import('./figure.mjs').Figure[]}
 */
export function idleCpu(idle, { idleProcesses }) {
  const among = (/** @type {number} */ count) =>
    byTool(idle, ({ processes, cpuPercent }) => (processes === count ? cpuPercent : undefined));
  return [figure('idle CPU', among(0)), figure(`idle CPU among ${idleProcesses} more processes`, among(idleProcesses))];
}

/** @param {string} name @param {Record<string, number | undefined>} values @returns {import('./figure.mjs').Figure} */
function figure(name, values) {
  const mine = values[ours];
  const target = `≤ ${percentMax}`;
  return { name, unit: '% of a core', values, target, ...(mine !== undefined && { holds: mine <= percentMax }) };
}
