/**
 * Steal time, proc_stat(5): a processor of this guest had something to run, and the hypervisor ran another guest. What is
 * timed meanwhile says more about the neighbours than about a tool, so it is left out.
 */
import { sum } from './statistics.mjs';

const stolenShareMax = 0.04;

/**
 * Time per kill in those stretches of a load of which next to nothing was stolen.
 * @param {readonly import('./load.mjs').Stretch[]} stretches
 * @returns {{ msPerKill: number | undefined, quietShare: number }} undefined where no stretch was quiet
 */
export function quietPace(stretches) {
  const quiet = stretches.filter(({ ms, stolenMs }) => stolenMs <= stolenShareMax * ms);
  const kills = sum(quiet.map((stretch) => stretch.kills));
  const msPerKill = kills > 0 ? sum(quiet.map(({ ms }) => ms)) / kills : undefined;
  return { msPerKill, quietShare: quiet.length / stretches.length };
}
