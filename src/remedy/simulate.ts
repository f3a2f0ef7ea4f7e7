/**
 * What a policy would have done with recorded deaths and episodes, before it is armed: the same conditions, the same guards. What
 * its acts would have changed, recorded history cannot say; so a service that went on dying counts as it did die.
 */
import { escalationOf } from './escalation.js';
import type { JobLimits } from './job-limits.js';
import { planJob } from './plan.js';
import { matches, requestOf } from './policy-match.js';
import type { Policy } from './policy.js';
import { asOf, turnOf, type Recorded } from './recorded.js';
import { actsLately, factsAt, pastOf, targetOf, type PastAct, type Turn } from './replay.js';
import { processName } from './words.js';

export interface SimulatedFleet {
  /** Enrolled hosts. */
  readonly hosts: number;
  readonly limits: JobLimits;
}

export interface Simulation {
  readonly considered: number;
  readonly matched: number;
  /** "Would have acted 14 times." */
  readonly acted: number;
  /** Of those, how often only after approval. */
  readonly awaitingApproval: number;
  /** The first `simulationShownMax`. */
  readonly acts: readonly SimulatedAct[];
  /** What would have stopped it, the most frequent first. */
  readonly stopped: readonly { readonly code: string; readonly count: number }[];
  /** The first `simulationShownMax`. */
  readonly escalations: readonly string[];
}

export interface SimulatedAct {
  readonly atSeconds: number;
  readonly host: string;
  readonly hostName: string;
  /** The service or process that it would have acted on account of. */
  readonly target: string;
}

export const simulationShownMax = 100;

/** `recorded`: all deaths and episodes of the stretch, also those that the policy does not mean. */
export function simulate(policy: Policy, recorded: readonly Recorded[], { hosts, limits }: SimulatedFleet): Simulation {
  const past = pastOf(recorded, hosts);
  const turns = turnsOf(policy, recorded);
  const acts: PastAct[] = [];
  const outcomes = turns.map((turn) => {
    const request = requestOf(policy, turn.occurrence, '');
    const jobsLastHour = actsLately(acts, turn.at).length;
    const asked = { armed: true, atMostPerHour: policy.atMostPerHour, jobsLastHour };
    const planned = planJob(request, { ...factsAt(turn, past, acts), policy: asked }, limits);
    if (planned.plan !== null) acts.push({ at: turn.at, host: turn.occurrence.host.id, target: turn.target });
    return { turn, request, ...planned };
  });
  const acted = outcomes.filter(({ plan }) => plan !== null);
  return {
    considered: recorded.length,
    matched: turns.length,
    acted: acted.length,
    awaitingApproval: acted.filter(({ plan }) => plan !== null && plan.approvals > 0).length,
    acts: acted.slice(0, simulationShownMax).map(({ turn }) => ({ atSeconds: turn.at, ...named(turn) })),
    stopped: tally(outcomes.flatMap(({ refusal }) => refusal?.objections.map(({ code }) => code) ?? [])),
    escalations: outcomes
      .flatMap(({ turn, request, refusal }) =>
        refusal === null ? [] : (escalationOf(refusal, { requester: request.requester, ...named(turn) }) ?? []),
      )
      .slice(0, simulationShownMax),
  };
}

/** Those that the policy means, when it would have been its turn, in the order of time. */
function turnsOf(policy: Policy, recorded: readonly Recorded[]): readonly Turn[] {
  return recorded
    .map((occurrence) => ({
      ...{ at: turnOf(policy, occurrence), occurrence },
      target: targetOf(occurrence, policy.do.service),
      isNamedService: policy.do.service !== undefined,
    }))
    .filter(({ occurrence, at }) => matches(policy, asOf(occurrence, at)).kind === 'yes')
    .toSorted((a, b) => a.at - b.at);
}

function named({ occurrence: { host, process } }: Turn): Omit<SimulatedAct, 'atSeconds'> {
  return { host: host.id, hostName: host.name, target: process.unit ?? processName(process) };
}

function tally(codes: readonly string[]): Simulation['stopped'] {
  const counts = new Map<string, number>();
  for (const code of codes) counts.set(code, (counts.get(code) ?? 0) + 1);
  return [...counts].map(([code, count]) => ({ code, count })).toSorted((a, b) => b.count - a.count);
}
