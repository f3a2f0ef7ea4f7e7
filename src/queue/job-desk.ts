/**
 * Where a feature asks for a remediation without knowing the one that plans it: `src/remediation` stands behind it, with the
 * same guards and approvals as for people.
 */
import type { Person } from '../platform/principal.js';

export interface JobAsked {
  readonly id: string;
  readonly state: string;
  readonly detail: string | null;
}

export abstract class JobDesk {
  /** @param value as `JobInput` of the API. @throws Failure as `requestJob`. */
  abstract request(value: unknown, person: Person): Promise<JobAsked>;
}
