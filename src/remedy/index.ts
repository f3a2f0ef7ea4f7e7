/** What may be done about what happened. Pure; imports contract and verdict. */
export { approvalsMissing, objectionToApproval, type Approvable, type Approval } from './approval.js';
export { digestInput } from './digest.js';
export type {
  FleetFacts,
  HostFacts,
  JobFacts,
  PolicyFacts,
  TargetFacts,
  TargetHistory,
  TargetProcessFacts,
  ZombieFacts,
} from './job-facts.js';
export { escalationOf, leftToPeople, willPass, type Escalated } from './escalation.js';
export { guardCodes } from './guards/index.js';
export { jobLimits, type JobLimits, type Pace } from './job-limits.js';
export type { Objection } from './objection.js';
export { remediesOfDeath, type DeathToRemedy } from './of-death.js';
export { remediesOfEpisode, type EpisodeToRemedy } from './of-episode.js';
export type { DeathOccurrence, EpisodeOccurrence, Occurrence } from './occurrence.js';
export { lateSeconds, matches, requestOf, type Match } from './policy-match.js';
export { fitsAny } from './pattern.js';
export {
  Policy,
  policyActions,
  policyCauses,
  PolicyDeath,
  PolicyEpisode,
  policyEpisodes,
  policyRestarts,
} from './policy.js';
export { processName } from './words.js';
export { planJob, type Plan, type Planned, type PlannedTarget, type Refusal } from './plan.js';
export { risks, type Risk } from './risk.js';
export { actions, type Action, type Remedy } from './remedy.js';
export {
  wantedProcess,
  type JobRequest,
  type Requester,
  type Wanted,
  type WantedProcess,
  type WantedService,
} from './request.js';
export { withSiblings, type Recorded } from './recorded.js';
export { simulate, simulationShownMax, type SimulatedAct, type SimulatedFleet, type Simulation } from './simulate.js';
export { nextWave, type TargetState, type WaveStep } from './waves.js';
