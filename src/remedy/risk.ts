/** How much may go wrong, and so how many people have to agree. */
import type { JobFacts, TargetFacts, TargetProcessFacts } from './job-facts.js';
import type { JobLimits } from './job-limits.js';
import type { JobRequest, Wanted } from './request.js';

/** `routine` needs no approval, `risky` one, `dangerous` two: of people besides the requester. */
export const risks = ['routine', 'risky', 'dangerous'] as const;
export type Risk = (typeof risks)[number];

export const approvalsOf: Readonly<Record<Risk, number>> = { routine: 0, risky: 1, dangerous: 2 };

export function riskOf({ wanted, hosts }: JobRequest, { targets }: JobFacts, limits: JobLimits): Risk {
  if (wanted.action === 'REBOOT_HOST' || hosts.length > limits.riskyHostsMax) return 'dangerous';
  const isRisky =
    hosts.length > 1 || targets.some((target) => shields(wanted, target) || endsContainer(wanted, target));
  return isRisky ? 'risky' : 'routine';
}

/** It would be spared at the cost of others. What its score is now may not be known. */
function shields(wanted: Wanted, { process }: TargetFacts): boolean {
  if (wanted.action !== 'SET_OOM_SCORE_ADJ') return false;
  return wanted.oomScoreAdj < Math.min(0, process?.oomScoreAdj ?? 0);
}

function endsContainer({ action }: Wanted, { process }: TargetFacts): boolean {
  const mayEnd = action === 'KILL_ZOMBIE_PARENT' || action === 'SIGNAL_PROCESS';
  return mayEnd && process !== null && isFirstOfContainer(process);
}

/** The process that a runtime's shim started: the container ends with it. */
export function isFirstOfContainer({ container, ancestry }: TargetProcessFacts): boolean {
  const parent = ancestry[0]?.comm;
  return container !== null && parent !== undefined && /^(conmon|containerd-shim)/.test(parent);
}
