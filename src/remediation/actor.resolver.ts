import { Parent, ResolveField, Resolver } from '@nestjs/graphql';
import type { ActorRow } from '../store/rows.js';
import { JobStore } from '../store/job.store.js';
import { view, type JobView } from './job.service.js';

/** From a death that we caused to the job. */
@Resolver('Actor')
export class ActorJobResolver {
  constructor(private readonly jobs: JobStore) {}

  @ResolveField('job')
  async job(@Parent() { kind, process, at_ns, victim }: ActorRow): Promise<JobView | null> {
    if (kind !== 'WHODUNIT' || process === null || at_ns === null) return null;
    const job = await this.jobs.behind({ ...process, at_ns }, victim);
    return job && view(job);
  }
}
