/** The facts that guards would have had in the past, from what is recorded and what the simulation has done by then. */
import type { Cause } from '../verdict/index.js';
import type { FleetFacts, JobFacts, TargetFacts, TargetHistory } from './job-facts.js';
import { policyCauses } from './policy.js';
import type { Recorded } from './recorded.js';

export interface Past {
  /** In the order of time. */
  readonly deaths: readonly PastDeath[];
  readonly hosts: number;
}

interface PastDeath {
  readonly at: number;
  readonly host: string;
  readonly target: string;
  readonly cause: Cause;
  readonly isLoop: boolean;
}

export interface PastAct {
  readonly at: number;
  readonly host: string;
  readonly target: string;
}

/** An occurrence at the turn of the policy that means it. */
export interface Turn {
  readonly at: number;
  readonly occurrence: Recorded;
  /** What would be acted on: the service that the policy names, or what died. */
  readonly target: string;
  readonly isNamedService: boolean;
}

/** Deaths that nobody had asked for. */
export function pastOf(recorded: readonly Recorded[], hosts: number): Past {
  const deaths = recorded.flatMap((one) => {
    if (one.kind !== 'death' || !(policyCauses as readonly Cause[]).includes(one.cause)) return [];
    const isLoop = one.restart?.isLoop === true;
    return [{ at: one.atSeconds, host: one.host.id, target: targetOf(one), cause: one.cause, isLoop }];
  });
  return { deaths: deaths.toSorted((a, b) => a.at - b.at), hosts };
}

/** A service, a container or, of neither, a process (of a zombie its parent): with its host. */
export function targetOf(recorded: Recorded, service?: string): string {
  const { host } = recorded;
  const parent = recorded.kind === 'episode' && recorded.state === 'zombie' ? recorded.parent : null;
  const { unit, container, ref } = parent ?? recorded.process;
  return `${host.id} ${service ?? unit ?? container?.id ?? `${ref.pid} ${ref.start}`}`;
}

export function factsAt(turn: Turn, past: Past, acts: readonly PastAct[]): Omit<JobFacts, 'policy'> {
  const lately = actsLately(acts, turn.at);
  const fleet = fleetAt(turn.at, past, lately.length);
  const jobsLastHour = lately.filter(({ host }) => host === turn.occurrence.host.id).length;
  return { fleet, targets: [{ ...targetAt(turn, jobsLastHour), history: historyAt(turn, past, lately) }] };
}

/** In the hour before. They are in the order of time. */
export function actsLately(acts: readonly PastAct[], time: number): readonly PastAct[] {
  return acts.slice(acts.findLastIndex(({ at }) => time - at >= hourSeconds) + 1);
}

const hourSeconds = 3_600;
const troubleSeconds = 600;

function fleetAt(at: number, { deaths, hosts }: Past, jobsLastHour: number): FleetFacts {
  const inTrouble = new Set(between(deaths, at - troubleSeconds, at).map(({ host }) => host)).size;
  return { passive: false, hosts, healthy: Math.max(0, hosts - inTrouble), inTrouble, disturbed: 0, jobsLastHour };
}

/** Its host is taken to be well apart from that. */
function targetAt({ occurrence, isNamedService }: Turn, jobsLastHour: number): Omit<TargetFacts, 'history'> {
  const { host } = occurrence;
  const isZombie = occurrence.kind === 'episode' && occurrence.state === 'zombie';
  const process = isZombie ? occurrence.parent : occurrence.process;
  const { ref, comm, cgroup } = occurrence.process;
  return {
    host: {
      ...{ id: host.id, name: host.name, bootId: occurrence.process.bootId, online: true, seenSecondsAgo: 0 },
      ...{ healthy: false, rung: 'ebpf', init: 'systemd', agent: [], jobsLastHour },
    },
    process: isNamedService ? null : process,
    zombies: isZombie ? [{ ref, comm, cgroup, parent: process?.ref ?? null }] : [],
    unitCgroups: [],
  };
}

function historyAt({ at, target }: Turn, { deaths }: Past, acts: readonly PastAct[]): TargetHistory {
  const ofTarget = between(deaths, at - hourSeconds, at).filter((death) => death.target === target);
  const own = acts.filter((act) => act.target === target);
  const last = own.at(-1);
  return {
    openJob: null,
    jobsLastHour: own.length,
    lastJobSecondsAgo: last === undefined ? null : at - last.at,
    deathsLastHour: mostFrequent(ofTarget.map(({ cause }) => cause)),
    isRestartLoop: ofTarget.at(-1)?.isLoop === true,
  };
}

/** After `from` and up to `to`. */
function between(deaths: readonly PastDeath[], from: number, to: number): readonly PastDeath[] {
  return deaths.slice(countUpTo(deaths, from), countUpTo(deaths, to));
}

function countUpTo(deaths: readonly PastDeath[], time: number): number {
  let [low, high] = [0, deaths.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((deaths[middle]?.at ?? 0) <= time) low = middle + 1;
    else high = middle;
  }
  return low;
}

function mostFrequent(causes: readonly Cause[]): TargetHistory['deathsLastHour'] {
  const counts = new Map<Cause, number>();
  for (const cause of causes) counts.set(cause, (counts.get(cause) ?? 0) + 1);
  const [most] = [...counts].map(([cause, count]) => ({ cause, count })).toSorted((a, b) => b.count - a.count);
  return most ?? null;
}
