/**
 * Postgres goes away under BullMQ without a word, as it does with the machine that it is on or at the hand of the OOM killer: no
 * program of ours ends by it, whatever the queue did at that moment, and the queue goes on.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { migrateQueue, openQueue, openWorker } from '../../src/queue/queues.js';
import { createDatabase, type TestDatabase } from '../support/database.js';
import { eventually } from '../support/eventually.js';
import { startPostgresProxy, type PostgresProxy } from '../support/postgres-proxy.js';

let database: TestDatabase;
let proxy: PostgresProxy;
let env: { readonly databaseUrl: string; readonly queueUrl: null };
/** What would have ended a program of ours. */
const uncaught: unknown[] = [];
const see = (error: unknown) => void uncaught.push(error);

beforeAll(async () => {
  process.on('uncaughtException', see);
  database = await createDatabase();
  proxy = await startPostgresProxy(database.url);
  env = { databaseUrl: proxy.url, queueUrl: null };
  await migrateQueue(env);
});
afterAll(async () => {
  process.off('uncaughtException', see);
  await proxy?.close();
  await database?.drop();
});

test('at_the_beginning', async () => {
  for (let round = 0; round < 100; round += 1) {
    const worker = openWorker(env, 'begun', 1, async () => undefined);
    worker.on('error', () => undefined);
    const isReady = worker.waitUntilReady().catch(() => undefined);
    await sleep(round / 4);
    proxy.cut();
    await isReady;
    await worker.close();
  }
  expect(uncaught).toEqual([]);
});

test('at_work', async () => {
  const done = new Set<string>();
  const worker = openWorker(env, 'mortal', 4, async (name) => void done.add(name));
  const queue = openQueue(env, 'mortal');
  for (const handle of [queue, worker]) handle.on('error', () => undefined);
  await worker.waitUntilReady();
  let isOver = false;
  const asking = Array.from({ length: 8 }, async (_, asker) => {
    for (let n = 0; !isOver; n += 1) await queue.add(`${asker}-${n}`, {}, {}).catch(() => sleep(5));
  });
  for (let round = 0; round < 100; round += 1) {
    await sleep(10);
    proxy.cut();
  }
  isOver = true;
  await Promise.all(asking);
  await eventually(async () => {
    await queue.add('last', {}, {}).catch(() => undefined);
    return done.has('last');
  });
  expect(uncaught).toEqual([]);
  await worker.close();
  await queue.close();
});
