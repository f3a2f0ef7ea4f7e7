/** Who may approve a plan, and whether enough have. An approval is for one digest: of a plan that changed there is none. */
import { plainOrQuoted } from '../verdict/index.js';
import type { Objection } from './objection.js';
import type { Plan } from './plan.js';

export interface Approval {
  readonly approver: string;
  /** Of the plan that the approver saw. */
  readonly digest: string;
}

export interface Approvable {
  readonly plan: Plan;
  /** SHA-256 of `digestInput(plan)`. */
  readonly digest: string;
  readonly approvals: readonly Approval[];
}

/** Null: this approval counts. */
export function objectionToApproval({ plan, digest, approvals }: Approvable, approval: Approval): Objection | null {
  const name = plainOrQuoted(approval.approver);
  if (approval.digest !== digest)
    return objection('other-plan', 'That is not the plan as it is now: look at it again.');
  if (plan.approvals === 0) return objection('approval-not-needed', 'This plan needs no approval.');
  if (isRequester(plan, approval.approver))
    return objection('own-request', `${name} asked for it: somebody else has to approve it.`);
  const isAgain = approvals.some(({ approver }) => approver === approval.approver);
  return isAgain ? objection('approved-already', `${name} has approved it already: somebody else has to.`) : null;
}

/** How many are still missing: 0 is what a signer asks for, from the approvals themselves. */
export function approvalsMissing({ plan, digest, approvals }: Approvable): number {
  const valid = approvals.filter((approval) => approval.digest === digest && !isRequester(plan, approval.approver));
  return Math.max(0, plan.approvals - new Set(valid.map(({ approver }) => approver)).size);
}

/** Who armed a policy asked for what it asks. */
function isRequester({ requester }: Plan, name: string): boolean {
  return requester.name === name || (requester.kind === 'policy' && requester.armedBy === name);
}

function objection(what: string, text: string): Objection {
  return { code: `remedy/${what}`, host: null, text, escalate: false };
}
