/**
 * What the seals of jobs and approvals cover: all that decides what is done, for whom and until when. The worker signs nothing
 * whose seal does not fit. The ids of commands follow from the job's, so that no row can bring in another one.
 */
import { createHash } from 'node:crypto';
import type { Seal } from '../platform/seal.js';
import type { ApprovalRow, JobRow } from '../store/job.rows.js';

type SealedJob = Pick<JobRow, 'id' | 'created_at' | 'deadline' | 'requested_by' | 'requester_role' | 'plan_digest'>;
type SealedApproval = Pick<ApprovalRow, 'job_id' | 'approved_by' | 'role' | 'plan_digest' | 'at'>;

export function sealJob(seal: Seal, job: SealedJob): Buffer {
  return seal.of('job', jobParts(job));
}

export function isJobSealed(seal: Seal, job: JobRow): boolean {
  return seal.fits(job.seal, 'job', jobParts(job)) && planDigest(job.plan).equals(job.plan_digest);
}

export function sealApproval(seal: Seal, approval: SealedApproval): Buffer {
  return seal.of('approval', approvalParts(approval));
}

export function isApprovalSealed(seal: Seal, approval: ApprovalRow): boolean {
  return seal.fits(approval.seal, 'approval', approvalParts(approval));
}

export function planDigest(plan: string): Buffer {
  return createHash('sha256').update(plan, 'utf8').digest();
}

/** The one command of a job on a host: a UUID (version 8) from the SHA-256 of both ids. */
export function commandId(jobId: string, machineId: string): string {
  const bytes = createHash('sha256').update(`whodunit command ${jobId} ${machineId}`).digest().subarray(0, 16);
  bytes[6] = (bytes[6]! & 0x0f) | 0x80;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

function jobParts({ id, created_at, deadline, requested_by, requester_role, plan_digest }: SealedJob) {
  return [id, created_at.getTime(), deadline.getTime(), requested_by, requester_role, plan_digest];
}

function approvalParts({ job_id, approved_by, role, plan_digest, at }: SealedApproval) {
  return [job_id, approved_by, role, plan_digest, at.getTime()];
}
