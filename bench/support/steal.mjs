/**
 * Steal time, proc_stat(5): a processor of this guest had something to run, and the hypervisor ran another guest. What is
 * timed meanwhile says more about the neighbours than about a tool, so it is left out.
 */
const stolenShareMax = 0.04;

/** Those of which next to nothing was stolen. @param {readonly import('./load.mjs').Stretch[]} stretches */
export function quietStretches(stretches) {
  return stretches.filter(({ ms, stolenMs }) => stolenMs <= stolenShareMax * ms);
}
