/** `npm run fuzz -- [--count N] [--seed N] [--only NAME]`: N inputs to each parser; ends with 1 when one does what none may. */
import { parseArgs } from 'node:util';
import { createRandom } from './mutate.js';
import { fuzzTargets, type Target } from './targets.js';

/** An input that takes longer, each of three times, hangs. Nothing that is linear comes near it. */
const hangMs = 1_000;

const { values } = parseArgs({
  options: { count: { type: 'string', default: '1000000' }, seed: { type: 'string' }, only: { type: 'string' } },
});
const count = Number(values.count);
const seed = Number(values.seed ?? Date.now() % 2 ** 31);
const targets = fuzzTargets(process.cwd()).filter(({ name }) => values.only === undefined || name === values.only);
const usable = Number.isSafeInteger(count) && count > 0 && Number.isSafeInteger(seed) && targets.length > 0;
if (usable) for (const target of targets) fuzz(target);
else {
  console.error('npm run fuzz -- [--count N] [--seed N] [--only NAME]: whole numbers, and the name of a parser.');
  process.exitCode = 2;
}

function fuzz(target: Target): void {
  const began = performance.now();
  let slowestMs = 0;
  for (let input = 0; input < count; input += 1) {
    const inputSeed = seed + input * 7_919;
    try {
      slowestMs = Math.max(slowestMs, timeOf(target, inputSeed));
    } catch (error) {
      console.error(`${target.name}: --seed ${inputSeed} --count 1: ${String(error)}`);
      process.exitCode = 1;
      return;
    }
  }
  const seconds = ((performance.now() - began) / 1_000).toFixed(1);
  const memory = Math.round(process.memoryUsage().rss / 1024 / 1024);
  const words = `${count} inputs, none crashed, none hung, slowest ${slowestMs.toFixed(1)} ms`;
  console.log(`${target.name}: ${words}; ${seconds} s, ${memory} MiB resident, seed ${seed}`);
}

/** Milliseconds; of a slow one the best of three, since the machine has other things to do. */
function timeOf(target: Target, inputSeed: number): number {
  let best = Infinity;
  for (let attempt = 0; attempt < 3; attempt += 1) {
    const began = performance.now();
    target.run(createRandom(inputSeed));
    best = Math.min(best, performance.now() - began);
    if (best < 5) return best;
  }
  if (best > hangMs) throw new Error(`took ${Math.round(best)} ms`);
  return best;
}
