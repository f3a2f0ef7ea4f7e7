/** Jobs as people ask for them: requested, shown, approved, rejected, cancelled. What happens to them next, the worker does. */
import { createHash, randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Failure } from '../platform/errors.js';
import type { Person } from '../platform/principal.js';
import { hasRole } from '../platform/principal.js';
import { Seal } from '../platform/seal.js';
import { together } from '../platform/together.js';
import { JobQueue } from '../queue/job.queue.js';
import {
  approvalsMissing,
  digestInput,
  jobLimits,
  objectionToApproval,
  planJob,
  type JobFacts,
  type Objection,
  type Plan,
} from '../remedy/index.js';
import type { JobChange, JobRow, WholeJob } from '../store/job.rows.js';
import { JobFactsStore } from '../store/job-facts.store.js';
import { jobIdPattern, JobStore, type JobToStore } from '../store/job.store.js';
import { storableText } from '../store/text.js';
import { approvable } from './approvable.js';
import { jobLifetimeSeconds, parseJobInput, type JobInput } from './job.input.js';
import { newJob } from './new-job.js';
import { RequestService, type Resolved } from './request.service.js';
import { planDigest, sealApproval } from './sealed.js';
import { approve, endUnsent } from './steps.js';

/** A job, or what would have become one. */
export interface JobView extends Omit<JobRow, 'seal' | 'request_digest'> {
  readonly dryRun: boolean;
  readonly objections: readonly Objection[];
}

/** Requests that come at one moment are planned by the same facts, and stored by one transaction. */
const requestsPerTurn = 100;

@Injectable()
export class JobService {
  private readonly factsOf = together((all: readonly Resolved[]) => this.loadFacts(all), requestsPerTurn);
  private readonly added = together((all: readonly JobToStore[]) => this.jobs.add(all), requestsPerTurn);

  constructor(
    private readonly jobs: JobStore,
    private readonly facts: JobFactsStore,
    private readonly requests: RequestService,
    private readonly seal: Seal,
    private readonly queue: JobQueue,
  ) {}

  /**
   * @param value as the caller sent it
   * @throws Failure `remediation/bad-request` (400), `remediation/unknown-host`, `remediation/unknown-process` (404),
   * `remediation/refused` (422), `remediation/ambiguous-host`, `remediation/key-reused` (409).
   */
  async request(value: unknown, person: Person): Promise<JobView> {
    const input = parseJobInput(value);
    const earlier = await this.earlier(input, person);
    if (earlier) return earlier;
    const resolved = await this.requests.resolve(input, person);
    const facts = await this.factsOf(resolved);
    const planned = planJob(resolved.request, facts, jobLimits);
    const at = new Date();
    if (input.dryRun) return dryRun(input, person, planned.plan, planned.refusal?.objections ?? [], at);
    if (planned.plan === null) {
      // What the guards object to may be the very job that the same request made at the same moment.
      const twin = await this.earlier(input, person);
      if (twin) return twin;
      throw refused(planned.refusal.objections);
    }
    return this.store(input, person, resolved, planned.plan, at);
  }

  /** @throws Failure `remediation/unknown-job` (404), `remediation/not-approvable` (409), `remediation/not-approved` (403). */
  async approve(id: string, planDigestSeen: string | null, person: Person): Promise<JobView> {
    const at = new Date();
    const [changed] = await this.change(id, at, (whole) => {
      const { job } = whole;
      if (job.state !== 'PENDING_APPROVAL')
        throw conflict('not-approvable', job, 'only a job that waits for an approval can be approved');
      if (job.deadline <= at) throw conflict('not-approvable', job, 'its deadline has passed');
      const digest = job.plan_digest.toString('hex');
      const approval = { approver: person.name, digest: planDigestSeen?.toLowerCase() ?? digest };
      const before = approvable(whole);
      const objection = objectionToApproval(before, approval);
      if (objection) throw notApproved(objection);
      const isEnough = approvalsMissing({ ...before, approvals: [...before.approvals, approval] }) === 0;
      const given = { job_id: job.id, approved_by: person.name, role: person.role, plan_digest: job.plan_digest, at };
      return approve({ ...given, seal: sealApproval(this.seal, given) }, isEnough);
    });
    if (changed!.job.state === 'QUEUED') void this.queue.wake('dispatch-jobs');
    return view(changed!.job);
  }

  /** @throws Failure `remediation/unknown-job` (404), `remediation/too-late` (409). */
  async reject(id: string, reason: string | null, person: Person): Promise<JobView> {
    const why = reason === null ? '' : `: ${storableText(reason).slice(0, 1_024)}`;
    const detail = `Rejected by ${person.name}${why}`;
    return this.end(id, { state: 'REJECTED', kind: 'rejected', detail, code: 'remediation/rejected' }, person);
  }

  /** Who asked for it, and whoever may approve. @throws Failure as `reject`, and `access/not-allowed` (403). */
  async cancel(id: string, person: Person): Promise<JobView> {
    const detail = `Cancelled by ${person.name}.`;
    return this.end(id, { state: 'CANCELLED', kind: 'cancelled', detail, code: 'remediation/cancelled' }, person);
  }

  private async end(
    id: string,
    how: { state: 'REJECTED' | 'CANCELLED'; kind: string; detail: string; code: string },
    person: Person,
  ): Promise<JobView> {
    const at = new Date();
    const [changed] = await this.change(id, at, (whole) => {
      const { job } = whole;
      if (how.state === 'CANCELLED' && job.requested_by !== person.name && !hasRole(person, 'approver')) {
        const detail = 'A job is cancelled by who asked for it, or by somebody with the role approver.';
        throw new Failure({ code: 'access/not-allowed', status: 403, detail });
      }
      const change = endUnsent(whole, { ...how, actor: person.name, at });
      if (!change)
        throw conflict('too-late', job, 'what was sent is not taken back, and what has ended stays as it is');
      return change;
    });
    return view(changed!.job);
  }

  private async change(id: string, at: Date, change: (whole: WholeJob) => JobChange): Promise<WholeJob[]> {
    const changed = jobIdPattern.test(id) ? await this.jobs.change([id], change, { at }) : [];
    if (changed.length > 0) return changed;
    throw new Failure({ code: 'remediation/unknown-job', status: 404, detail: 'There is no job of that id.' });
  }

  private async loadFacts(all: readonly Resolved[]): Promise<JobFacts[]> {
    return this.facts.of(
      all.map((resolved) => ({ ...resolved, before: null })),
      await this.facts.fleet(),
    );
  }

  private async earlier(
    { idempotencyKey, dryRun: isDry, ...input }: JobInput,
    person: Person,
  ): Promise<JobView | null> {
    if (idempotencyKey === null || isDry) return null;
    const job = await this.jobs.byKey(person.name, idempotencyKey);
    if (job && !job.request_digest.equals(requestDigest(input))) throw keyReused();
    return job && view(job);
  }

  private async store(input: JobInput, person: Person, { hosts }: Resolved, planned: Plan, at: Date): Promise<JobView> {
    const plan = forRole(planned, person);
    const { dryRun: _, idempotencyKey, ...asked } = input;
    const lifetimeSeconds =
      input.expiresInSeconds ?? (plan.approvals > 0 ? jobLifetimeSeconds.withApprovals : jobLifetimeSeconds.alone);
    const added = newJob(this.seal, plan, hosts, {
      ...{ by: person.name, role: person.role, at, lifetimeSeconds },
      ...{ idempotencyKey, requestDigest: requestDigest(asked) },
    });
    const { job } = added;
    const isNew = await this.added(added);
    // Somebody used the key at the same moment.
    if (!isNew) return (await this.earlier(input, person))!;
    if (job.state === 'QUEUED') void this.queue.wake('dispatch-jobs');
    return view({ ...job, updated_at: at, ended_at: null, code: null });
  }
}

/** Somebody who may approve has to have said yes: for what is routine, the requester's own word counts if it is such a one. */
function forRole(plan: Plan, person: Person): Plan {
  return hasRole(person, 'approver') ? plan : { ...plan, approvals: Math.max(plan.approvals, 1) };
}

export function view(job: Omit<JobRow, 'seal' | 'request_digest'>): JobView {
  return { ...job, dryRun: false, objections: [] };
}

function dryRun(
  input: JobInput,
  person: Person,
  planned: Plan | null,
  objections: readonly Objection[],
  at: Date,
): JobView {
  const plan = planned && forRole(planned, person);
  const text = plan === null ? '' : digestInput(plan);
  const state = plan === null ? 'REJECTED' : plan.approvals > 0 ? 'PENDING_APPROVAL' : 'QUEUED';
  return {
    id: randomUUID(),
    created_at: at,
    updated_at: at,
    ended_at: null,
    deadline: at,
    action: input.action,
    state,
    reason: input.reason,
    requested_by: person.name,
    requester_role: person.role,
    plan: text,
    plan_digest: planDigest(text),
    approvals_needed: plan?.approvals ?? 0,
    idempotency_key: null,
    detail: plan === null ? sentence(objections) : 'A dry run: this is what would be done.',
    code: plan === null ? (objections[0]?.code ?? null) : null,
    dryRun: true,
    objections,
  };
}

/** What requests did not always have counts only where it is given: a key stays that of the same request after an upgrade. */
function requestDigest({ hostId, ...asked }: Omit<JobInput, 'dryRun' | 'idempotencyKey'>): Buffer {
  const given = { ...asked, ...(hostId === null ? {} : { hostId }), dryRun: null, idempotencyKey: null };
  const entries = Object.entries(given).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return createHash('sha256').update(JSON.stringify(entries)).digest();
}

function sentence(objections: readonly Objection[]): string {
  return objections.map(({ text }) => text).join(' ');
}

function refused(objections: readonly Objection[]): Failure {
  return new Failure({
    code: 'remediation/refused',
    status: 422,
    detail: `Nothing was stored: ${sentence(objections)}`,
    extra: { objections: objections.map(({ code, host, text }) => ({ code, host, text })) },
  });
}

function notApproved({ code, text }: Objection): Failure {
  return new Failure({ code: 'remediation/not-approved', status: 403, detail: text, extra: { objection: code } });
}

function keyReused(): Failure {
  const detail = 'Nothing was stored: this idempotency key was used for another request. Use a new one.';
  return new Failure({ code: 'remediation/key-reused', status: 409, detail });
}

function conflict(what: 'not-approvable' | 'too-late', { state }: JobRow, why: string): Failure {
  const detail = `The job is ${state}: ${why}.`;
  return new Failure({ code: `remediation/${what}`, status: 409, detail, extra: { state } });
}
