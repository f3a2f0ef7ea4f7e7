/**
 * From what is wanted and what is known to exactly what will be done, or to why nothing will: the plan that people see, that
 * approvals are given for (by its digest), and that is signed host by host. Execution makes no choices.
 */
import type { CommandAction } from '../contract/index.js';
import type { JobFacts } from './job-facts.js';
import type { JobLimits } from './job-limits.js';
import type { Action } from './remedy.js';
import type { JobRequest, Requester } from './request.js';

/** Plain JSON: no undefined, no bigint, nothing that is not shown. */
export interface Plan {
  readonly version: 1;
  readonly action: Action;
  readonly requester: Requester;
  readonly reason: string;
  readonly risk: Risk;
  /** Of so many people besides the requester. */
  readonly approvals: number;
  /** Failures that stop the waves to come. */
  readonly failuresMax: number;
  readonly targets: readonly PlannedTarget[];
  /** Sentences that whoever approves should have read. */
  readonly warnings: readonly string[];
}

export interface PlannedTarget {
  /** Machine id, and the name for people. */
  readonly host: string;
  readonly hostName: string;
  readonly bootId: string;
  /** 0 is the canary. A wave begins when the one before has ended well. */
  readonly wave: number;
  readonly action: CommandAction;
  /** What the agent does, in words, in order. */
  readonly steps: readonly string[];
}

/** `routine` needs no approval, `risky` one, `dangerous` two. */
export const risks = ['routine', 'risky', 'dangerous'] as const;
export type Risk = (typeof risks)[number];

export interface Objection {
  /** `remedy/what`, for programs. */
  readonly code: string;
  /** The host that it is about; null: the whole job. */
  readonly host: string | null;
  /** One sentence. */
  readonly text: string;
  /** Whether somebody has to be told, since nothing else will happen. */
  readonly escalate: boolean;
}

export interface Refusal {
  /** All of them, in the order of the guards; never empty. */
  readonly objections: readonly Objection[];
}

export type Planned =
  { readonly plan: Plan; readonly refusal: null } | { readonly plan: null; readonly refusal: Refusal };

/** Not built yet: refuses everything. */
export function planJob(request: JobRequest, _facts: JobFacts, _limits: JobLimits): Planned {
  const text = `${request.wanted.action} is not built yet.`;
  return { plan: null, refusal: { objections: [{ code: 'remedy/not-built', host: null, text, escalate: false }] } };
}
