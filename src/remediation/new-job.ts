/** A plan becomes a job: what is stored of it, sealed, with its commands and the first row of its trail. */
import { randomUUID } from 'node:crypto';
import type { Seal } from '../platform/seal.js';
import { digestInput, type Plan } from '../remedy/index.js';
import type { JobToStore, NewCommand, NewJob } from '../store/job.store.js';
import { targetOf } from '../store/job-target.js';
import type { HostRow } from '../store/rows.js';
import { commandId, planDigest, sealJob } from './sealed.js';

export interface Asked {
  readonly by: string;
  readonly role: string;
  readonly at: Date;
  readonly lifetimeSeconds: number;
  readonly idempotencyKey: string | null;
  readonly requestDigest: Buffer;
}

/** @param hosts of the plan, at least */
export function newJob(seal: Seal, plan: Plan, hosts: readonly HostRow[], asked: Asked): JobToStore {
  const text = digestInput(plan);
  const { by, role, at } = asked;
  const unsealed = {
    id: randomUUID(),
    created_at: at,
    deadline: new Date(at.getTime() + asked.lifetimeSeconds * 1_000),
    requested_by: by,
    requester_role: role,
    plan_digest: planDigest(text),
  };
  const job: NewJob = {
    ...unsealed,
    seal: sealJob(seal, unsealed),
    action: plan.action,
    state: plan.approvals > 0 ? 'PENDING_APPROVAL' : 'QUEUED',
    reason: plan.reason,
    plan: text,
    approvals_needed: plan.approvals,
    idempotency_key: asked.idempotencyKey,
    request_digest: asked.requestDigest,
    detail: plan.approvals > 0 ? `Waits for ${plan.approvals} of the role approver to say yes.` : null,
  };
  const events = [{ kind: 'requested', actor: by, detail: requestedSentence(job, plan) }];
  return { job, commands: commandsOf(job, plan, hosts), events };
}

function commandsOf(job: NewJob, plan: Plan, hosts: readonly HostRow[]): NewCommand[] {
  const ids = new Map(hosts.map((host) => [host.machine_id, host.id]));
  return plan.targets.map(({ host, wave, action, bootId }) => ({
    id: commandId(job.id, host),
    job_id: job.id,
    host_id: ids.get(host)!,
    created_at: job.created_at,
    wave,
    target: targetOf(action, bootId),
    expires_at: job.deadline,
  }));
}

function requestedSentence(job: NewJob, { targets }: Plan): string {
  const hosts = targets.length === 1 ? `host ${targets[0]!.hostName}` : `${targets.length} hosts`;
  const digest = job.plan_digest.toString('hex');
  return `Asked for ${job.action} on ${hosts}, plan ${digest}, until ${job.deadline.toISOString()}: ${job.reason}`;
}
