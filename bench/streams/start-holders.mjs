/** A process that holds streams (holders.mjs), and what it is asked. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { endChild } from '../support/processes.mjs';

/**
 * @param {{ url: string, credentials: readonly string[], address: number }} options
 * @param {import('../support/cleanups.mjs').Cleanups} cleanups
 */
export function startHolders(options, cleanups) {
  const child = fork(join(import.meta.dirname, 'holders.mjs'));
  cleanups.defer(() => endChild(child, 'SIGKILL'));
  const ended = once(child, 'exit').then(() => Promise.reject(new Error('Who held the streams ended: see above.')));
  ended.catch(() => undefined);
  /** @param {any} what @returns {Promise<any>} */
  const ask = async (what) => {
    child.send(what);
    const [answer] = await Promise.race([once(child, 'message'), ended]);
    return answer;
  };
  return {
    connect: () => ask(options),
    /** @param {'reached' | 'received'} what streams that have had one, or commands @returns {Promise<number>} */
    ask: (what) => ask(what),
  };
}
