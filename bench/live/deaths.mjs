/** Somebody who watches deaths, as a page or a program does: `subscription { deaths }` over graphql-transport-ws. */
import { createClient } from 'graphql-ws';
import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocket } from 'ws';

const query = `subscription ($host: String) { deaths(filter: { host: $host }) {
  id diedAt signal { name } process { pid comm args } verdict { cause summary actor { kind process { pid comm } } } } }`;
const messageMs = 20_000;

/**
 * @param {import('../support/server.mjs').Server} server @param {string} host @param {import('../support/cleanups.mjs').Cleanups} cleanups
 * @returns {Promise<(pid: number) => Promise<number>>} when the death of a pid came with its verdict (`performance.now()`); ask before it dies
 */
export async function watchDeaths({ url, adminToken }, host, cleanups) {
  const client = createClient({
    url: `${url.replace('http', 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    connectionParams: { authorization: `Bearer ${adminToken}` },
    lazy: false,
    retryAttempts: 0,
  });
  cleanups.defer(() => client.dispose());
  /** @type {Map<number, (at: number) => void>} */
  const awaited = new Map();
  client.subscribe(
    { query, variables: { host } },
    {
      next: ({ data, errors }) => {
        const now = performance.now();
        const death = /** @type {any} */ (data)?.deaths;
        if (errors || death?.verdict.cause !== 'SIGNALED') return;
        awaited.get(death.process.pid)?.(now);
        awaited.delete(death.process.pid);
      },
      error: (error) => console.error('live: the subscription ended', error),
      complete: () => undefined,
    },
  );
  // Nothing says that a subscription has begun.
  await sleep(500);
  return (pid) =>
    new Promise((resolve, reject) => {
      const timer = setTimeout(
        () => reject(new Error(`No message of ${pid} within ${messageMs / 1000} s.`)),
        messageMs,
      );
      awaited.set(pid, (at) => {
        clearTimeout(timer);
        resolve(at);
      });
    });
}
