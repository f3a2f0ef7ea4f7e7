/**
 * Simulated agents, all of them in one process of their own (`agents-main.mjs`): each is enrolled, has told of its boot and of a
 * process, holds a command stream, and answers every command as an agent does, accepted first, then how it ended.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { endChild } from '../support/processes.mjs';

/**
 * @param {{ server: import('../support/server.mjs').Server, hosts: number, cleanups: import('../support/cleanups.mjs').Cleanups }} options
 */
export async function startAgents({ server: { url, adminToken }, hosts, cleanups }) {
  const child = fork(join(import.meta.dirname, 'agents-main.mjs'));
  cleanups.defer(() => endChild(child, 'SIGKILL'));
  child.send({ url, adminToken, hosts });
  const [names] = await message(child);
  return {
    /** @type {readonly string[]} */
    names,
    /** @returns {Promise<number>} commands that came */
    stop: async () => {
      child.send('stop');
      const [received] = await message(child);
      return received;
    },
  };
}

/** @param {import('node:child_process').ChildProcess} child @returns {Promise<any[]>} */
async function message(child) {
  const ended = once(child, 'exit').then(() => {
    throw new Error('The simulated agents ended: see above.');
  });
  return Promise.race([once(child, 'message'), ended]);
}
