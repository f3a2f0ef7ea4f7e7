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
export { jobLimits, type JobLimits, type Pace } from './job-limits.js';
export { remediesOfDeath, type DeathToRemedy } from './of-death.js';
export { remediesOfEpisode, type EpisodeToRemedy } from './of-episode.js';
export {
  planJob,
  risks,
  type Objection,
  type Plan,
  type Planned,
  type PlannedTarget,
  type Refusal,
  type Risk,
} from './plan.js';
export { actions, type Action, type Remedy } from './remedy.js';
export {
  wantedProcess,
  type JobRequest,
  type Requester,
  type Wanted,
  type WantedProcess,
  type WantedService,
} from './request.js';
export { nextWave, type TargetState, type WaveStep } from './waves.js';
