/** The asking side of the queue. */
import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import type { Logger } from '../platform/logger.js';
import { ENV, LOGGER } from '../platform/platform.tokens.js';
import type { Env } from '../platform/env.js';
import { coalesced } from '../platform/together.js';
import type { JobName } from './jobs.js';
import { openQueue, type QueueHandle } from './queues.js';

export const queueName = 'whodunit';
/** Where a notification of Postgres is quicker anyway, the queue need not be told of each. */
const restMs: Partial<Record<JobName, number>> = { 'dispatch-jobs': 200 };

@Injectable()
export class JobQueue implements OnApplicationShutdown {
  private readonly queue: QueueHandle;
  private readonly asking = new Map<JobName, () => Promise<void>>();

  constructor(
    @Inject(ENV) env: Env,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    this.queue = openQueue(env, queueName);
    this.queue.on('error', (error) => this.logger.warn({ err: error }, 'the queue has a connection problem'));
  }

  /**
   * Wakes the worker. At most one such job waits besides the one that runs, however often this is called, and asking for it is
   * one call at a time. A failure is logged, not thrown: the sweep finds the work.
   */
  async wake(name: JobName): Promise<void> {
    const ask = this.asking.get(name) ?? coalesced(() => this.add(name), restMs[name]);
    this.asking.set(name, ask);
    await ask();
  }

  async sweepEvery(name: JobName, everyMs: number): Promise<void> {
    const opts = { removeOnComplete: true, removeOnFail: 100 };
    await this.queue.upsertJobScheduler(`sweep:${name}`, { every: everyMs }, { name, opts });
  }

  private async add(name: JobName): Promise<void> {
    try {
      await this.queue.add(
        name,
        {},
        {
          deduplication: { id: name, keepLastIfActive: true },
          removeOnComplete: true,
          removeOnFail: 100,
        },
      );
    } catch (error) {
      this.logger.warn({ err: error, job: name }, 'the worker could not be woken; its sweep will find the work');
    }
  }

  async onApplicationShutdown(): Promise<void> {
    await this.queue.close();
  }
}
