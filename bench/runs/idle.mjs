/** What a tool uses while nothing happens on its account, with few processes on the host and with thousands. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { cpuMs, endChild, residentKib } from '../support/processes.mjs';

/** The first process list is delivered and what that took is over. */
const restMs = 10_000;

/**
 * @typedef {object} IdleSample
 * @property {number} processes sleeping ones that were added
 * @property {number} cpuPercent of one core
 * @property {number} residentKib at the end
 *
 * @param {import('./load.mjs').Context & { sleepers: string }} context
 * @returns {Promise<ReadonlyMap<string, readonly IdleSample[]>>} by tool
 */
export async function measureIdle({ plan, tracers, sleepers, server, cleanups, log }) {
  /** @type {Map<string, IdleSample[]>} */
  const samples = new Map(tracers.map(({ name }) => [name, []]));
  for (let round = 0; round < plan.rounds; round += 1) {
    for (const processes of [0, plan.idleProcesses]) {
      const child = spawn(sleepers, [`${processes}`], { stdio: ['pipe', 'pipe', 'inherit'] });
      cleanups.defer(() => endChild(child));
      await once(/** @type {import('node:stream').Readable} */ (child.stdout), 'data');
      for (const tracer of round % 2 === 0 ? tracers : tracers.toReversed()) {
        log(`idle, round ${round + 1} of ${plan.rounds}, ${processes} more processes: ${tracer.name}`);
        samples.get(tracer.name)?.push({ processes, ...(await measure(tracer, plan.idleSeconds, server)) });
      }
      child.stdin?.end();
      await once(child, 'exit');
    }
  }
  return samples;
}

/**
 * The server's worker rests meanwhile: its queue has Postgres signal itself every five seconds, and the host is to be idle.
 *
 * @param {import('../tracers/tracer.mjs').Tracer} tracer @param {number} seconds @param {import('../support/server.mjs').Server} server
 */
async function measure(tracer, seconds, server) {
  const tracing = await tracer.start();
  const wake = server.rest('worker');
  try {
    await sleep(restMs);
    const before = cpuMs(tracing.pids);
    const begin = performance.now();
    await sleep(seconds * 1_000);
    const used = cpuMs(tracing.pids) - before;
    return { cpuPercent: (100 * used) / (performance.now() - begin), residentKib: residentKib(tracing.pids) };
  } finally {
    wake();
    await tracing.stop();
  }
}
