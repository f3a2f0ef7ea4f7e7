/** Runs spawn-and-kill, and keeps what it says it did: the truth that everything else is held to. */
import { run } from './processes.mjs';

/**
 * @typedef {object} Load
 * @property {number} killer its pid
 * @property {readonly number[]} killed pids, in order; one can come back
 * @property {readonly Stretch[]} stretches the load in pieces of about a third of a second
 *
 * @typedef {object} Stretch
 * @property {number} kills
 * @property {number} ms
 * @property {number} stolenMs of all processors together
 *
 * @param {string} program @param {number} count @param {number} perSecond 0: as fast as one core can
 * @returns {Promise<Load>}
 */
export async function runLoad(program, count, perSecond) {
  const { pid, stdout, stderr } = await run(program, [`${count}`, `${perSecond}`]);
  const killed = stdout.trim().split('\n').map(Number);
  const stretches = stderr
    .trim()
    .split('\n')
    .map((line) => {
      const [kills = 0, ns = 0, stolenNs = 0] = line.split(' ').map(Number);
      return { kills, ms: ns / 1e6, stolenMs: stolenNs / 1e6 };
    });
  return { killer: pid, killed, stretches };
}
