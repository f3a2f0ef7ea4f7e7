/** The memory of a server's process after its garbage was collected, by the inspector (`startServer(…, { inspect: true })`). */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocket } from 'ws';

/** V8 gives pages back some time after they are empty. */
const restMs = 3_000;

/** @param {import('./server.mjs').Server} server @param {'main' | 'worker'} name @param {import('./cleanups.mjs').Cleanups} cleanups */
export async function inspectHeap({ directory }, name, cleanups) {
  const [, url] = /listening on (ws:\S+)/.exec(readFileSync(join(directory, `${name}.log`), 'utf8')) ?? [];
  if (!url) throw new Error(`No inspector in the log of ${name}.`);
  const socket = new WebSocket(url);
  await once(socket, 'open');
  cleanups.defer(() => socket.terminate());
  let last = 0;
  /** @param {string} method @param {object} [params] */
  const ask = async (method, params = {}) => {
    const id = (last += 1);
    socket.send(JSON.stringify({ id, method, params }));
    for (;;) {
      const [data] = await once(socket, 'message');
      const message = JSON.parse(`${data}`);
      if (message.id === id) return message.result;
    }
  };
  /** @returns {Promise<{ heapKib: number, rssKib: number }>} JavaScript's with what it holds outside of its heap; all that is resident */
  return async () => {
    for (let n = 0; n < 2; n += 1) {
      await ask('HeapProfiler.collectGarbage');
      await sleep(restMs);
    }
    const { result } = await ask('Runtime.evaluate', { expression: 'process.memoryUsage()', returnByValue: true });
    const { heapUsed, external, rss } = result.value;
    return { heapKib: (heapUsed + external) / 1_024, rssKib: rss / 1_024 };
  };
}
