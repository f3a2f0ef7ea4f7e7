/** How long the kernel is in a tool's BPF programs for one spawn and kill. */
import { runLoad } from '../support/load.mjs';
import { elapsedNs, openBpfTime } from '../support/bpf-time.mjs';

/** @param {import('./load.mjs').Context} context @returns {Promise<ReadonlyMap<string, readonly number[]>>} µs per kill, by tool */
export async function measureBpfTime({ plan, tracers, program, cleanups, log }) {
  /** @type {Map<string, number[]>} */
  const samples = new Map(tracers.map(({ name }) => [name, []]));
  const bpf = openBpfTime();
  cleanups.defer(bpf.close);
  for (let round = 0; round < plan.rounds; round += 1) {
    for (const tracer of round % 2 === 0 ? tracers : tracers.toReversed()) {
      log(`BPF time, round ${round + 1} of ${plan.rounds}: ${tracer.name}`);
      const others = bpf.take();
      const tracing = await tracer.start();
      try {
        const before = bpf.take();
        const load = await runLoad(program, plan.bpfKills, 0);
        const after = bpf.take();
        const own = new Set([...before.keys()].filter((id) => !others.has(id)));
        samples.get(tracer.name)?.push(elapsedNs(before, after, own) / 1_000 / load.killed.length);
      } finally {
        await tracing.stop();
      }
    }
  }
  return samples;
}
