/**
 * From what is wanted and what is known to exactly what will be done, or to why nothing will: the plan that people see, that
 * approvals are given for (by its digest), and that is signed host by host. Execution makes no choices.
 */
import type { CommandAction } from '../contract/index.js';
import { commandAction } from './command-action.js';
import { objectionsTo, serviceOfTarget } from './guards/index.js';
import type { JobFacts } from './job-facts.js';
import type { JobLimits } from './job-limits.js';
import type { Objection } from './objection.js';
import type { Action } from './remedy.js';
import type { JobRequest, Requester } from './request.js';
import { approvalsOf, riskOf, type Risk } from './risk.js';
import { disturbs, room } from './room.js';
import { stepsOf } from './steps.js';
import { warningsOf } from './warnings.js';
import { inWaves } from './waves.js';

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

export interface Refusal {
  /** All of them, in the order of the guards; never empty. */
  readonly objections: readonly Objection[];
}

export type Planned =
  { readonly plan: Plan; readonly refusal: null } | { readonly plan: null; readonly refusal: Refusal };

export function planJob(request: JobRequest, facts: JobFacts, limits: JobLimits): Planned {
  const objections = objectionsTo({ request, facts, limits });
  if (objections.length > 0) return { plan: null, refusal: { objections } };
  const risk = riskOf(request, facts, limits);
  const plan: Plan = {
    version: 1,
    action: request.wanted.action,
    requester: request.requester,
    reason: request.reason,
    risk,
    approvals: approvalsOf[risk],
    failuresMax: limits.failuresMax,
    targets: plannedTargets(request, facts, limits),
    warnings: warningsOf(request.wanted, facts.targets, limits),
  };
  return { plan, refusal: null };
}

function plannedTargets(request: JobRequest, facts: JobFacts, limits: JobLimits): readonly PlannedTarget[] {
  const healthyMax = disturbs(request.wanted.action) ? room(facts.fleet, limits) : Number.POSITIVE_INFINITY;
  const waves = inWaves(facts.targets, { share: limits.waveShare, healthyMax });
  return waves.flatMap((targets, wave) =>
    targets.map((target) => {
      const { host, process } = target;
      const action = commandAction(request.wanted, target, serviceOfTarget({ request, facts, limits }, target));
      if (action === null || host.bootId === null) throw new Error('A target that the guards let pass is not known.');
      const named = { host: host.id, hostName: host.name, bootId: host.bootId };
      return { ...named, wave, action, steps: stepsOf(action, process) };
    }),
  );
}
