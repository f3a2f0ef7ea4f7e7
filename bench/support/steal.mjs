/**
 * Steal time, proc_stat(5): a processor of this guest had something to run, and the hypervisor ran another guest. What is
 * timed meanwhile says more about the neighbours than about a tool.
 */
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** A run from which more was stolen is made again, this often at the most. */
const stolenPercentMax = 4;
const attemptsMax = 6;
/** Before each run: a look at whether the neighbours are quiet, and how long it is worth to wait for it. */
const lookMs = 400;
const pauseMs = 5_000;
const patienceMs = 120_000;

/** @returns {() => number} percent of the time that something wanted to run since the call */
export function watchSteal() {
  const before = read();
  return () => {
    const after = read();
    const stolen = after.stolen - before.stolen;
    return (100 * stolen) / Math.max(1, stolen + after.busy - before.busy);
  };
}

/**
 * Measures again while too much is stolen.
 * @template {{ stolenPercent: number }} T
 * @param {() => Promise<T>} measure @param {(line: string) => void} log @returns {Promise<readonly T[]>} every attempt
 */
export async function untilQuiet(measure, log) {
  /** @type {T[]} */
  const samples = [];
  while (samples.length < attemptsMax) {
    await neighboursAreQuiet();
    const sample = await measure();
    samples.push(sample);
    if (sample.stolenPercent <= stolenPercentMax) break;
    log(`  ${sample.stolenPercent.toFixed(1)} % of its time was stolen`);
  }
  return samples;
}

/** @template {{ stolenPercent: number }} T @param {readonly T[]} samples at least one @returns {T} */
export function quietest(samples) {
  return samples.reduce((best, sample) => (sample.stolenPercent < best.stolenPercent ? sample : best));
}

/** Keeps one processor busy for a moment and looks what of that was stolen; waits while it is much. */
async function neighboursAreQuiet() {
  for (const deadline = performance.now() + patienceMs; performance.now() < deadline; await sleep(pauseMs)) {
    const stolen = watchSteal();
    for (const end = performance.now() + lookMs; performance.now() < end;);
    if (stolen() <= stolenPercentMax) return;
  }
}

function read() {
  const [line = ''] = readFileSync('/proc/stat', 'utf8').split('\n');
  const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0, stolen = 0] = line.split(/\s+/).slice(1).map(Number);
  return { busy: user + nice + system + irq + softirq, stolen };
}
