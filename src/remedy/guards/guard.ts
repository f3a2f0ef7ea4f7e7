/** A guard looks at what is wanted and known, and objects or does not. It reports and never throws. */
import type { JobFacts, TargetFacts } from '../job-facts.js';
import type { JobLimits } from '../job-limits.js';
import type { JobRequest } from '../request.js';
import type { Service } from '../service.js';

export interface JobContext {
  readonly request: JobRequest;
  readonly facts: JobFacts;
  readonly limits: JobLimits;
}

export interface TargetContext extends JobContext {
  readonly target: TargetFacts;
  /** For RESTART_SERVICE: the service, or why there is none. */
  readonly service: Service | string | null;
}

export interface Guard<Context> {
  /** `remedy/what`; never changes once released. */
  readonly code: `remedy/${string}`;
  /** Somebody has to be told, since nothing else will happen. */
  readonly escalate?: true;
  /** A sentence, or null. */
  readonly objects: (context: Context) => string | null;
}
