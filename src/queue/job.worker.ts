/** The working side of the queue: runs the handlers, and the sweeps. */
import type { Env } from '../platform/env.js';
import type { Logger } from '../platform/logger.js';
import type { JobQueue } from './job.queue.js';
import { queueName } from './job.queue.js';
import { jobNames, sweepEveryMs, type JobHandlers, type JobName } from './jobs.js';
import { openWorker, type WorkerHandle } from './queues.js';

export interface JobWorkerOptions {
  readonly env: Env;
  readonly logger: Logger;
  readonly queue: JobQueue;
  readonly handlers: JobHandlers;
}

/** Starts working; the queue's schema must be there. */
export async function startJobWorker({ env, logger, queue, handlers }: JobWorkerOptions): Promise<WorkerHandle> {
  const worker = openWorker(env, queueName, async (name) => {
    const handler = handlers[name as JobName];
    if (!handler) throw new Error(`no handler for job ${name}`);
    await handler();
  });
  worker.on('error', (error) => logger.warn({ err: error }, 'the worker has a connection problem'));
  worker.on('failed', (job, error) =>
    logger.error({ err: error, job: job?.name }, 'a job failed; its sweep will try again'),
  );
  await worker.waitUntilReady();
  for (const name of jobNames) await queue.sweepEvery(name, sweepEveryMs[name]);
  return worker;
}
