/**
 * BullMQ on Postgres, or on Redis when `QUEUE_URL` is given. The queue is a hint and the tables are the truth: a job
 * that is lost costs time until the next sweep, never work.
 */
import type { EventEmitter } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { createPostgresBackend, withBackend, Queue, Worker } from 'bullmq';
import { Redis } from 'ioredis';
import type { Env } from '../platform/env.js';
import { QuietClient } from './quiet-client.js';

const schema = 'bullmq';
const closeMsMax = 5_000;

type Connections = Pick<Env, 'databaseUrl' | 'queueUrl'>;
export type Processor = (jobName: string) => Promise<void>;

/** What this project uses of a BullMQ queue, whichever backend is behind it. */
export interface QueueHandle {
  add(name: string, data: object, options: object): Promise<unknown>;
  upsertJobScheduler(id: string, repeat: { every: number }, template: { name: string; opts: object }): Promise<unknown>;
  close(): Promise<void>;
  on(event: 'error', listener: (error: Error) => void): unknown;
}

export interface WorkerHandle {
  waitUntilReady(): Promise<unknown>;
  close(): Promise<void>;
  on(event: 'error', listener: (error: Error) => void): unknown;
  on(event: 'failed', listener: (job: { name: string } | undefined, error: Error) => void): unknown;
}

export function openQueue(env: Connections, name: string): QueueHandle {
  if (env.queueUrl) {
    // Whoever asks must not wait for a Redis that is away: one attempt, then the sweep has to find the work.
    const connection = new Redis(env.queueUrl, { maxRetriesPerRequest: 1 });
    return withClient(new Queue(name, { connection }), connection);
  }
  const { Queue: PostgresQueue } = withBackend(createPostgresBackend);
  return new PostgresQueue(name, { connection: postgres(env.databaseUrl) });
}

export function openWorker(env: Connections, name: string, concurrency: number, processor: Processor): WorkerHandle {
  const process = (job: { name: string }) => processor(job.name);
  if (env.queueUrl) {
    // A worker waits for work, and for Redis, as long as it takes: BullMQ insists on null.
    const connection = new Redis(env.queueUrl, { maxRetriesPerRequest: null });
    return withClient(new Worker(name, process, { connection, concurrency }), connection);
  }
  const { Worker: PostgresWorker } = withBackend(createPostgresBackend);
  return new PostgresWorker(name, process, { connection: postgres(env.databaseUrl), concurrency });
}

/** BullMQ leaves a client that it was given open, and does not hear its errors. */
function withClient<T extends QueueHandle | WorkerHandle>(handle: T, client: Redis): T {
  client.on('error', (error) => (handle as unknown as EventEmitter).emit('error', error));
  const close = handle.close.bind(handle);
  handle.close = async () => {
    // A Redis that is away must not keep the program from ending: BullMQ would wait until it is back.
    const bound = new AbortController();
    await Promise.race([close(), sleep(closeMsMax, undefined, { signal: bound.signal })]);
    bound.abort();
    client.disconnect();
  };
  return handle;
}

/**
 * Brings BullMQ's own schema up to date. Before any Worker starts: one that finds no schema spins on its errors.
 * BullMQ takes a lock of its own, so several processes may do this at once.
 */
export async function migrateQueue(env: Connections): Promise<void> {
  if (env.queueUrl) return;
  const { Queue: PostgresQueue } = withBackend(createPostgresBackend);
  const queue = new PostgresQueue('migration', { connection: { ...postgres(env.databaseUrl), migrate: true } });
  try {
    await queue.waitUntilReady();
  } finally {
    await queue.close();
  }
}

function postgres(databaseUrl: string) {
  return {
    Client: QuietClient,
    connectionString: databaseUrl,
    schema,
    max: 4,
    connectionTimeoutMillis: 10_000,
    idleTimeoutMillis: 60_000,
    application_name: 'whodunit-queue',
  };
}
