/** How much of the fleet may be away at once: down, in trouble, or with a job at work on it. */
import type { FleetFacts } from './job-facts.js';
import type { JobLimits } from './job-limits.js';
import type { Action } from './remedy.js';

/** One host at a time may always be away, or nothing could be done on a small fleet. */
export function awayMax(hosts: number, { healthyShareMin }: JobLimits): number {
  return Math.max(1, hosts - Math.ceil(hosts * healthyShareMin));
}

/** Healthy hosts that may be disturbed at once. */
export function room(fleet: FleetFacts, limits: JobLimits): number {
  return Math.max(0, awayMax(fleet.hosts, limits) - (fleet.hosts - fleet.healthy + fleet.disturbed));
}

/** The service is away for a while, or for good. */
export function disturbs(action: Action): boolean {
  return action !== 'RESUME_PROCESS' && action !== 'SET_OOM_SCORE_ADJ';
}
