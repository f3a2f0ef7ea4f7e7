/** Rows of jobs as the SQL in `prisma/sql` returns them. */
import type { Report } from '../contract/index.js';
import type { Action } from '../remedy/index.js';

export const jobStates = [
  'PENDING_APPROVAL',
  'QUEUED',
  'SENT',
  'RUNNING',
  'SUCCEEDED',
  'FAILED',
  'REJECTED',
  'CANCELLED',
  'EXPIRED',
] as const;
export type JobState = (typeof jobStates)[number];

/**
 * WAITING: for an approval, or for the wave before. SIGNED: offered to its agent, which was not there yet. SENT: written to its
 * agent's stream. RUNNING: the agent has it on disk and acts. UNKNOWN: sent, and nobody said how it ended.
 */
export const commandStates = [
  'WAITING',
  'SIGNED',
  'SENT',
  'RUNNING',
  'SUCCEEDED',
  'FAILED',
  'REFUSED',
  'UNKNOWN',
  'CANCELLED',
  'EXPIRED',
] as const;
export type CommandState = (typeof commandStates)[number];

export interface JobRow {
  readonly id: string;
  readonly created_at: Date;
  readonly updated_at: Date;
  readonly ended_at: Date | null;
  readonly deadline: Date;
  readonly action: Action;
  readonly state: JobState;
  readonly reason: string;
  readonly requested_by: string;
  readonly requester_role: string;
  /** The text that `plan_digest` is the SHA-256 of. */
  readonly plan: string;
  readonly plan_digest: Buffer;
  readonly seal: Buffer;
  readonly approvals_needed: number;
  readonly idempotency_key: string | null;
  readonly request_digest: Buffer;
  readonly detail: string | null;
  readonly code: string | null;
}

export interface CommandRow {
  readonly id: string;
  readonly job_id: string;
  readonly host_id: number;
  /** The host's. */
  readonly machine_id: string;
  readonly created_at: Date;
  readonly wave: number;
  readonly target: string;
  readonly state: CommandState;
  readonly expires_at: Date;
  readonly envelope: string | null;
  readonly signed_at: Date | null;
  readonly sent_at: Date | null;
  readonly sends: number;
  readonly accepted_at: Date | null;
  readonly ended_at: Date | null;
  readonly report: Report | null;
  readonly detail: string | null;
  readonly code: string | null;
}

export interface ApprovalRow {
  readonly job_id: string;
  readonly approved_by: string;
  readonly role: string;
  readonly plan_digest: Buffer;
  readonly at: Date;
  readonly seal: Buffer;
}

export interface JobEventRow {
  readonly chain: number;
  readonly number: bigint;
  readonly job_id: string | null;
  readonly at: Date;
  readonly kind: string;
  readonly actor: string;
  readonly detail: string;
  readonly hash: Buffer;
}

/** A job with all that belongs to it. Commands are in the order of the plan's targets. */
export interface WholeJob {
  readonly job: JobRow;
  readonly commands: readonly CommandRow[];
  readonly approvals: readonly ApprovalRow[];
}

/** What one step does to a job; it becomes true together with its rows in the trail, or not at all. */
export interface JobChange {
  readonly job?: Partial<Pick<JobRow, 'state' | 'detail' | 'code' | 'ended_at'>>;
  /** Whole rows, changed. */
  readonly commands?: readonly CommandRow[];
  readonly approval?: ApprovalRow;
  readonly actors?: readonly {
    readonly boot: number;
    readonly pid: number;
    readonly start_ns: string;
    readonly command_id: string;
    /** When it did, boot-clock nanoseconds. */
    readonly from_ns: string;
    readonly until_ns: string;
  }[];
  /** It ends unsent, and the policy that asked for it looks at what it was for once more. */
  readonly returnsTurn?: true;
  /** At least one. */
  readonly events: readonly NewEvent[];
}

export interface NewEvent {
  readonly kind: string;
  /** Who did it. */
  readonly actor: string;
  /** A sentence. */
  readonly detail: string;
}
