/** What nothing that stores a death and tells of it can do without: one row committed, and one message over a WebSocket and back. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import pg from 'pg';
import { WebSocket } from 'ws';
import { endChild } from '../support/processes.mjs';

/**
 * @param {string} databaseUrl @param {import('../support/cleanups.mjs').Cleanups} cleanups
 * @returns {Promise<() => Promise<number>>} one of both, one after the other; ms
 */
export async function startReference(databaseUrl, cleanups) {
  const child = fork(join(import.meta.dirname, 'echo.mjs'));
  cleanups.defer(() => endChild(child));
  const [port] = await once(child, 'message');
  const socket = new WebSocket(`ws://127.0.0.1:${port}`);
  await once(socket, 'open');
  cleanups.defer(() => socket.terminate());
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  cleanups.defer(() => client.end());
  await client.query('create table bench_reference (pid int, text text)');
  const insert = { name: 'insert', text: 'insert into bench_reference values ($1, $2)' };
  return async () => {
    const begin = performance.now();
    await client.query({ ...insert, values: [1, 'killed'] });
    const answer = once(socket, 'message');
    socket.send('{"type":"next","payload":"killed"}');
    await answer;
    return performance.now() - begin;
  };
}
