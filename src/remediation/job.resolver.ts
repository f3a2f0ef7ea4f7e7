import { Args, Context, Mutation, Parent, Query, ResolveField, Resolver, Subscription } from '@nestjs/graphql';
import type {
  JobFilter,
  InputMaybe,
  MutationApproveJobArgs,
  MutationCancelJobArgs,
  MutationRejectJobArgs,
  MutationRequestJobArgs,
  QueryJobArgs,
  QueryJobsArgs,
  SubscriptionJobsArgs,
} from '../generated/graphql.js';
import { pageSize, toConnection, type Connection } from '../platform/connection.js';
import { decodeCursor, encodeCursor, cursorParts } from '../platform/cursor.js';
import { Failure } from '../platform/errors.js';
import { requireRole, type WithPrincipal } from '../platform/principal.js';
import { HostStore } from '../store/host.store.js';
import type { ApprovalRow, CommandRow, JobEventRow } from '../store/job.rows.js';
import { jobIdPattern, JobStore, type JobCriteria } from '../store/job.store.js';
import { JobFeed } from './job.feed.js';
import { JobLoaders } from './job.loaders.js';
import { JobService, view, type JobView } from './job.service.js';
import { inOrderOfPlan, planView, type PlanView } from './plan.view.js';

@Resolver()
export class JobsResolver {
  constructor(
    private readonly jobStore: JobStore,
    private readonly service: JobService,
    private readonly feed: JobFeed,
    private readonly hosts: HostStore,
  ) {}

  @Query('job')
  async job(@Args() { id }: QueryJobArgs): Promise<JobView | null> {
    const job = await this.jobStore.byId(id);
    return job && view(job);
  }

  @Query('jobs')
  async jobs(@Args() { filter, first, after }: QueryJobsArgs): Promise<Connection<JobView>> {
    const size = pageSize(first);
    const key = decodeCursor('jobs', after, [cursorParts.milliseconds, jobIdPattern]);
    const position = key && { created_at: new Date(Number(key[0])), id: key[1]! };
    const rows = await this.jobStore.page(await this.criteria(filter), position, size + 1);
    return toConnection(rows.map(view), size, ({ created_at, id }) => encodeCursor('jobs', [created_at.getTime(), id]));
  }

  @Subscription('jobs')
  async told(@Args() { filter }: SubscriptionJobsArgs) {
    return this.feed.subscribe(await this.criteria(filter));
  }

  @Mutation('requestJob')
  requestJob(@Args() { input }: MutationRequestJobArgs, @Context() context: WithPrincipal): Promise<JobView> {
    return this.service.request(input, requireRole(context, 'operator'));
  }

  @Mutation('approveJob')
  approveJob(@Args() { id, planDigest }: MutationApproveJobArgs, @Context() context: WithPrincipal): Promise<JobView> {
    return this.service.approve(id, planDigest ?? null, requireRole(context, 'approver'));
  }

  @Mutation('rejectJob')
  rejectJob(@Args() { id, reason }: MutationRejectJobArgs, @Context() context: WithPrincipal): Promise<JobView> {
    return this.service.reject(id, reason ?? null, requireRole(context, 'approver'));
  }

  @Mutation('cancelJob')
  cancelJob(@Args() { id }: MutationCancelJobArgs, @Context() context: WithPrincipal): Promise<JobView> {
    return this.service.cancel(id, requireRole(context, 'operator'));
  }

  private async criteria(filter: InputMaybe<JobFilter> | undefined): Promise<JobCriteria> {
    const { host, ...where } = filter ?? {};
    if (host === null || host === undefined) return where;
    const known = await this.hosts.byName(host);
    if (known) return { ...where, hostId: known.id };
    const detail = `No host named ${JSON.stringify(host)} is enrolled.`;
    throw new Failure({ code: 'remediation/unknown-host', status: 404, detail });
  }
}

@Resolver('Job')
export class JobResolver {
  constructor(private readonly loaders: JobLoaders) {}

  @ResolveField('requestedBy')
  requestedBy(@Parent() job: JobView): string {
    return job.requested_by;
  }

  @ResolveField('requestedAt')
  requestedAt(@Parent() job: JobView): Date {
    return job.created_at;
  }

  @ResolveField('updatedAt')
  updatedAt(@Parent() job: JobView): Date {
    return job.updated_at;
  }

  @ResolveField('endedAt')
  endedAt(@Parent() job: JobView): Date | null {
    return job.ended_at;
  }

  @ResolveField('approvalsNeeded')
  approvalsNeeded(@Parent() job: JobView): number {
    return job.approvals_needed;
  }

  @ResolveField('plan')
  plan(@Parent() job: JobView): PlanView | null {
    return job.plan === '' ? null : planView(job);
  }

  @ResolveField('approvals')
  async approvals(@Parent() job: JobView): Promise<readonly ApprovalRow[]> {
    return job.dryRun ? [] : (await this.loaders.whole.load(job)).approvals;
  }

  @ResolveField('executions')
  async executions(@Parent() job: JobView): Promise<readonly CommandRow[]> {
    return job.dryRun ? [] : inOrderOfPlan(job, (await this.loaders.whole.load(job)).commands);
  }

  @ResolveField('trail')
  async trail(@Parent() job: JobView): Promise<readonly JobEventRow[]> {
    return job.dryRun ? [] : this.loaders.events.load(job.id);
  }
}

@Resolver('JobApproval')
export class JobApprovalResolver {
  @ResolveField('approvedBy')
  approvedBy(@Parent() approval: ApprovalRow): string {
    return approval.approved_by;
  }

  @ResolveField('planDigest')
  planDigest(@Parent() approval: ApprovalRow): string {
    return Buffer.from(approval.plan_digest).toString('hex');
  }
}
