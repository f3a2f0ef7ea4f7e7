/** What belongs to jobs, for a whole page of them in one statement each. */
import { Injectable } from '@nestjs/common';
import DataLoader from 'dataloader';
import type { JobEventRow, JobRow, WholeJob } from '../store/job.rows.js';
import { JobStore } from '../store/job.store.js';
import type { JobView } from './job.service.js';

/**
 * Remembers nothing beyond one turn of the event loop: a subscription asks again and again, and jobs change.
 */
@Injectable()
export class JobLoaders {
  readonly job: DataLoader<string, JobRow | null>;
  readonly whole: DataLoader<JobView, Omit<WholeJob, 'job'>>;
  readonly events: DataLoader<string, JobEventRow[]>;

  constructor(jobs: JobStore) {
    const options = { cache: false } as const;
    this.job = new DataLoader(async (ids) => {
      const found = await jobs.matching({}, [...new Set(ids)]);
      return ids.map((id) => found.find((job) => job.id === id) ?? null);
    }, options);
    this.whole = new DataLoader(async (views) => {
      const rows = views.map((view) => ({ ...view, seal: Buffer.alloc(0), request_digest: Buffer.alloc(0) }));
      const found = await jobs.whole([...new Map(rows.map((row) => [row.id, row])).values()]);
      const byId = new Map(found.map((whole) => [whole.job.id, whole]));
      return views.map(({ id }) => byId.get(id)!);
    }, options);
    this.events = new DataLoader(async (ids) => {
      const rows = await jobs.events([...new Set(ids)]);
      return ids.map((id) => rows.filter(({ job_id }) => job_id === id));
    }, options);
  }
}
