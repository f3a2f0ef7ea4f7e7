/** Runs spawn-and-kill, and keeps what it says it did: the truth that everything else is held to. */
import { run } from './processes.mjs';

/**
 * @typedef {object} Load
 * @property {number} killer its pid
 * @property {readonly number[]} killed pids, in order; one can come back
 * @property {number} ms
 *
 * @param {string} program @param {number} count @param {number} perSecond 0: as fast as one core can
 * @returns {Promise<Load>}
 */
export async function runLoad(program, count, perSecond) {
  const { pid, stdout, stderr } = await run(program, [`${count}`, `${perSecond}`]);
  const killed = stdout.trim().split('\n').map(Number);
  return { killer: pid, killed, ms: Number(stderr) / 1e6 };
}
