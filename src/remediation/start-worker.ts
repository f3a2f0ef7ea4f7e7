/** Starts the worker's part of remediation: its key is published before anything else, then it listens and sweeps. */
import type { INestApplicationContext } from '@nestjs/common';
import type { Logger } from '../platform/logger.js';
import { coalesced } from '../platform/together.js';
import type { JobHandlers } from '../queue/jobs.js';
import { Notifications } from '../store/notifications.js';
import { DispatchService } from './dispatch.service.js';
import { ExpireService } from './expire.service.js';
import { PolicyScheduler } from './policy.scheduler.js';

export interface RemediationWorker {
  readonly handlers: Pick<JobHandlers, 'apply-policies' | 'dispatch-jobs' | 'expire-jobs'>;
  close(): Promise<void>;
}

export async function startRemediation(app: INestApplicationContext, logger: Logger): Promise<RemediationWorker> {
  const dispatch = app.get(DispatchService);
  const expire = app.get(ExpireService);
  const policies = app.get(PolicyScheduler);
  await dispatch.publishKey();
  const dispatchOnce = coalesced(() => dispatch.dispatch());
  // Milliseconds matter to who waits for a restart: a notification is quicker than the queue, which finds what that one misses.
  const dispatchNow = () => {
    dispatchOnce().catch((error: unknown) =>
      logger.error({ err: error }, 'jobs could not be signed; the queue will try again'),
    );
  };
  const listener = await app.get(Notifications).onQueuedJobs(dispatchNow);
  // What was told while nobody listened; a worker that was killed at it holds the queue's own job until that counts as stalled.
  dispatchNow();
  return {
    handlers: {
      'apply-policies': () => policies.sweep(),
      'dispatch-jobs': dispatchOnce,
      'expire-jobs': () => expire.sweep(),
    },
    close: () => listener.stop().catch(() => undefined),
  };
}
