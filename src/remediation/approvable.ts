/** A stored job as `src/remedy` looks at it when somebody approves it. */
import type { Approvable } from '../remedy/index.js';
import type { WholeJob } from '../store/job.rows.js';
import { planOf } from './steps.js';

export function approvable({ job, approvals }: WholeJob): Approvable {
  return {
    plan: planOf(job),
    digest: job.plan_digest.toString('hex'),
    approvals: approvals.map(({ approved_by, plan_digest }) => {
      return { approver: approved_by, digest: plan_digest.toString('hex') };
    }),
  };
}
