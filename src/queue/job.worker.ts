/** The working side of the queue: runs the handlers, and the sweeps. */
import type { Env } from '../platform/env.js';
import type { Logger } from '../platform/logger.js';
import type { JobQueue } from './job.queue.js';
import { queueName } from './job.queue.js';
import { jobNames, sweepEveryMs, type JobHandlers } from './jobs.js';
import { openWorker, type WorkerHandle } from './queues.js';

export interface JobWorkerOptions {
  readonly env: Env;
  readonly logger: Logger;
  readonly queue: JobQueue;
  readonly handlers: JobHandlers;
}

/** Starts working; the queue's schema must be there. */
export async function startJobWorker({ env, logger, queue, handlers }: JobWorkerOptions): Promise<WorkerHandle> {
  const byName = new Map(jobNames.map((name) => [name as string, oneAtATime(handlers[name])]));
  // One that has much to do keeps none of the others waiting: a flood of deaths no job's expiry.
  const worker = openWorker(env, queueName, jobNames.length, async (name) => {
    const handler = byName.get(name);
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

/** What is asked for while it runs is done by the same run, after it: whoever asks does not take a place to wait. */
function oneAtATime(handler: () => Promise<void>): () => Promise<void> {
  let isRunning = false;
  let isAsked = false;
  return async () => {
    isAsked = true;
    if (isRunning) return;
    isRunning = true;
    try {
      while (isAsked) {
        isAsked = false;
        await handler();
      }
    } finally {
      isRunning = false;
    }
  };
}
