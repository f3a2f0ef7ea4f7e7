/** Rows of audits. */
import type { Answer, AuditFacts, AuditProcessFilter, AuditSubject, Severity } from '../contract/index.js';

export const auditStates = ['RUNNING', 'COMPLETED', 'STOPPED', 'EXPIRED'] as const;
export type AuditState = (typeof auditStates)[number];

/** UNANSWERED: the audit ended without it. */
export const auditHostStates = ['WAITING', 'ANSWERED', 'REFUSED', 'UNANSWERED'] as const;
export type AuditHostState = (typeof auditHostStates)[number];

export interface AuditRow {
  readonly id: string;
  readonly created_at: Date;
  readonly updated_at: Date;
  readonly expires_at: Date;
  readonly ended_at: Date | null;
  readonly state: AuditState;
  readonly name: string | null;
  readonly requested_by: string;
  readonly series: string;
  readonly checks: string[];
  readonly filter: AuditProcessFilter | null;
  readonly long_lived_seconds: number;
}

/** With how many hosts it asks, and what they have said. */
export interface AuditProgressRow extends AuditRow {
  readonly hosts: number;
  readonly answered: number;
  readonly refused: number;
}

export interface AuditHostRow {
  readonly audit_id: string;
  readonly host_id: number;
  readonly state: AuditHostState;
  readonly sent_at: Date | null;
  readonly answered_at: Date | null;
  readonly boot: number | null;
  readonly processes: number | null;
  readonly duration_ms: number | null;
  readonly code: string | null;
  readonly detail: string | null;
  readonly cut: Answer['cut'] | null;
  readonly skipped: Answer['skipped'] | null;
}

/** As the wire has it, a process with the boot of its life. */
export type StoredSubject = AuditSubject & { readonly boot?: number | null };

export interface FindingRow {
  readonly id: bigint;
  readonly audit_id: string;
  readonly host_id: number;
  readonly check: string;
  readonly severity: Severity;
  readonly key: string;
  readonly subject: StoredSubject;
  readonly facts: AuditFacts;
}

export type NewFinding = Omit<FindingRow, 'id'>;

export interface ComparisonRow {
  readonly new_count: number;
  readonly gone_count: number;
  readonly still_count: number;
}

export interface FindingCountRow {
  readonly severity: Severity;
  readonly count: number;
}

export interface AuditScheduleRow {
  readonly id: string;
  readonly created_at: Date;
  readonly created_by: string;
  readonly every_hours: number;
  readonly next_at: Date;
  readonly ended_at: Date | null;
  readonly input: object;
  readonly trouble: string | null;
}

/** A service that was killed because its stop took too long. */
export interface CutStopRow {
  readonly host_id: number;
  readonly unit: string;
  readonly stops: number;
  readonly last_at: Date;
}
