/** The worker's sweep: jobs that time has run out for end in an honest state. And the ends of the trail are kept elsewhere. */
import { Injectable } from '@nestjs/common';
import type { CommandRow } from '../store/job.rows.js';
import { JobQueueStore, runningGraceMs, sentGraceMs } from '../store/job-queue.store.js';
import { JobStore } from '../store/job.store.js';
import { AnchorService } from './anchor.service.js';
import { expire } from './steps.js';

const jobsPerTurn = 100;

@Injectable()
export class ExpireService {
  constructor(
    private readonly jobs: JobStore,
    private readonly work: JobQueueStore,
    private readonly anchors: AnchorService,
  ) {}

  async sweep(): Promise<void> {
    let ids: string[];
    do {
      ids = await this.work.overdue(jobsPerTurn);
      const at = new Date();
      const isOverdue = (command: CommandRow) => command.expires_at.getTime() + graceMs(command) <= at.getTime();
      await this.jobs.change(ids, (whole) => expire(whole, isOverdue, at), { at });
    } while (ids.length === jobsPerTurn);
    await this.anchors.keep();
  }
}

function graceMs({ state }: CommandRow): number {
  if (state === 'SENT') return sentGraceMs;
  return state === 'RUNNING' ? runningGraceMs : 0;
}
