/** The `jobs` subscription. */
import { Inject, Injectable } from '@nestjs/common';
import { Feed } from '../platform/feed.js';
import type { Logger } from '../platform/logger.js';
import { metrics } from '../platform/metrics.js';
import { LOGGER } from '../platform/platform.tokens.js';
import { JobStore, type JobCriteria } from '../store/job.store.js';
import { Notifications } from '../store/notifications.js';
import { view, type JobView } from './job.service.js';

@Injectable()
export class JobFeed extends Feed<JobCriteria, string, JobView> {
  constructor(jobs: JobStore, notifications: Notifications, @Inject(LOGGER) logger: Logger) {
    const source = {
      name: 'jobs',
      subscribers: metrics.jobSubscribers,
      listen: notifications.onJobs.bind(notifications),
      matching: async (where: JobCriteria, ids: readonly string[]) => (await jobs.matching(where, ids)).map(view),
    };
    super(source, logger);
  }
}
