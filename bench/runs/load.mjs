/**
 * The load under each tool, round by round: every round has all of them, and every other round in the opposite order, so
 * that what else happens on the machine meets all alike.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { runLoad } from '../support/load.mjs';
import { cpuMs, residentKib, watchPeak } from '../support/processes.mjs';

/**
 * @typedef {object} Context
 * @property {import('../agent.mjs').Plan} plan
 * @property {readonly import('../tracers/tracer.mjs').Tracer[]} tracers
 * @property {string} program
 * @property {import('../support/server.mjs').Server} server
 * @property {import('../support/cleanups.mjs').Cleanups} cleanups
 * @property {(line: string) => void} log
 *
 * @typedef {object} Sample
 * @property {number} kills
 * @property {readonly import('../support/load.mjs').Stretch[]} stretches
 * @property {number} cpuMs of the tool, from the load's beginning until it has digested it
 * @property {number} peakKib
 * @property {import('../tracers/tracer.mjs').Seen | undefined} seen
 *
 * @typedef {ReadonlyMap<string, readonly Sample[]>} Samples by tool
 */

const nothing = async () => undefined;

/** Nobody watches. @type {import('../tracers/tracer.mjs').Tracer} */
export const untraced = {
  name: 'untraced',
  whyNot: () => undefined,
  start: async () => ({ pids: [], digest: nothing, check: nothing, stop: nothing }),
};

/**
 * At full speed the server rests until the load is done: it is another machine in production, and two processors have no
 * room for it beside the load and a tool. At a pace (`perSecond` above 0) it works all the time.
 *
 * @param {Context} context @param {string} label @param {number} kills @param {number} perSecond
 * @returns {Promise<Samples>}
 */
export async function measureLoad({ plan, tracers, program, server, log }, label, kills, perSecond) {
  /** @type {Map<string, Sample[]>} */
  const samples = new Map(tracers.map(({ name }) => [name, []]));
  const load = async () => {
    const wake = perSecond === 0 ? server.rest('main', 'worker') : () => undefined;
    try {
      return await runLoad(program, kills, perSecond);
    } finally {
      wake();
    }
  };
  for (let round = 0; round < plan.rounds; round += 1) {
    for (const tracer of round % 2 === 0 ? tracers : tracers.toReversed()) {
      log(`${label}, round ${round + 1} of ${plan.rounds}: ${tracer.name}`);
      samples.get(tracer.name)?.push(await measure(tracer, load));
    }
  }
  return samples;
}

/**
 * @param {import('../tracers/tracer.mjs').Tracer} tracer @param {() => Promise<import('../support/load.mjs').Load>} load
 * @returns {Promise<Sample>}
 */
async function measure(tracer, load) {
  const tracing = await tracer.start();
  try {
    await sleep(1_000);
    const peak = watchPeak(tracing.pids);
    const before = cpuMs(tracing.pids);
    const done = await load();
    await tracing.digest(done);
    const used = cpuMs(tracing.pids) - before;
    const peakKib = Math.max(peak(), residentKib(tracing.pids));
    const seen = await tracing.check(done);
    return { kills: done.killed.length, stretches: done.stretches, cpuMs: used, peakKib, seen };
  } finally {
    await tracing.stop();
  }
}
