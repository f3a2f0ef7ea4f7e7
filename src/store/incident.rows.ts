/** Rows of incidents as the SQL in `prisma/sql` returns them. What they mean is said in src/incident. */
import type { EpisodeEvent } from '../contract/index.js';
import type { ActorKind, Cause } from '../verdict/index.js';
import type { EvidenceRow, LifeKey } from './rows.js';

export interface IncidentRow {
  readonly id: string;
  readonly key: string;
  readonly group_key: string;
  readonly kind: string;
  readonly state: string;
  readonly severity: string;
  readonly host_id: number | null;
  readonly host_name: string | null;
  readonly unit: string | null;
  readonly exe: string | null;
  readonly cause: string | null;
  readonly labels: Readonly<Record<string, string>>;
  readonly count: number;
  readonly hosts: number;
  readonly opened_at: Date;
  readonly updated_at: Date;
  readonly resolved_at: Date | null;
  readonly acknowledged_by: string | null;
  readonly resolved_by: string | null;
  readonly merged_into: string | null;
  readonly latest_at: Date;
  readonly latest_ref: string;
  readonly summary: string;
  readonly summary_zh: string;
  readonly evidence: readonly string[];
  readonly loud: boolean;
  readonly silence_id: string | null;
  readonly told_at: Date | null;
  readonly untold: boolean;
}

/** What may be trouble: its kind, and which of these. */
export interface TroubleRef {
  readonly kind: string;
  readonly ref: string;
}

export interface MemberRow extends TroubleRef {
  readonly incident_id: string;
  readonly host_id: number;
}

export interface NewMember extends MemberRow {
  readonly at: Date;
}

export interface TouchedHostRow {
  readonly incident_id: string;
  readonly host_id: number;
  readonly count: number;
}

export interface NewTouchedHost extends TouchedHostRow {
  readonly latest_at: Date;
  readonly latest_ref: string;
}

interface OfHost {
  readonly host_id: number;
  readonly host_name: string;
  readonly host_labels: Readonly<Record<string, string>>;
}

export interface TroubleDeathRow extends LifeKey, OfHost {
  readonly died_at: Date;
  readonly signal: number | null;
  readonly cause: Cause;
  readonly actor_kind: ActorKind;
  readonly summary: string;
  readonly summary_zh: string;
  readonly evidence: readonly EvidenceRow[] | null;
  readonly unit: string | null;
  readonly exe: string | null;
  readonly comm: string;
  readonly is_main: boolean;
}

export interface TroubleEpisodeRow extends LifeKey, OfHost {
  readonly state: EpisodeEvent['state'];
  readonly since_ns: bigint;
  readonly started_at: Date;
  readonly ended_at: Date | null;
  readonly wait_channel: string | null;
  readonly unit: string | null;
  readonly exe: string | null;
  readonly comm: string;
  readonly parent_pid: number | null;
  readonly parent_unit: string | null;
  readonly parent_exe: string | null;
  readonly parent_comm: string | null;
}

export interface TroubleLossRow extends OfHost {
  readonly id: bigint;
  readonly since: Date;
  readonly until: Date;
  readonly cause: string;
  readonly count: bigint | null;
  readonly cgroup: string | null;
}

export interface TroubleEscalationRow extends OfHost {
  readonly id: bigint;
  readonly at: Date;
  readonly policy: string;
  readonly target: string;
  readonly unit: string | null;
  readonly text: string;
}

export interface TroubleHostRow extends OfHost {
  readonly last_seen_at: Date | null;
  readonly stream_seen_at: Date | null;
  readonly agent_version: string | null;
  readonly rung: string | null;
  readonly boot_id: string | null;
  readonly booted_at: Date | null;
  readonly agent_stopped_at: Date | null;
}

/** What is known of things that may be trouble; what is not there any more has no row. */
export interface TroubleRows {
  readonly deaths: readonly TroubleDeathRow[];
  readonly episodes: readonly TroubleEpisodeRow[];
  readonly losses: readonly TroubleLossRow[];
  readonly escalations: readonly TroubleEscalationRow[];
  readonly hosts: readonly TroubleHostRow[];
}

export interface SilenceRow {
  readonly id: string;
  readonly host: readonly string[];
  readonly unit: readonly string[];
  readonly exe: readonly string[];
  readonly cause: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
  readonly starts_at: Date;
  readonly ends_at: Date;
  readonly comment: string;
  readonly created_by: string;
  readonly created_at: Date;
  readonly ended_by: string | null;
}

/** `body`: the whole notice, as src/incident/notice.ts has it, times as text. */
export interface NoticeRow {
  readonly id: string;
  readonly position: bigint;
  readonly at: Date;
  readonly change: string;
  readonly by: string | null;
  readonly body: unknown;
}

/** Everything that one turn changes. */
export interface IncidentChanges {
  readonly incidents: readonly IncidentRow[];
  /** All that the one counts becomes what the other counts. */
  readonly merged: readonly { readonly from: string; readonly into: string }[];
  readonly members: readonly NewMember[];
  /** Counted by none any more. */
  readonly left: readonly TroubleRef[];
  readonly touched: readonly NewTouchedHost[];
  readonly notices: readonly NewNotice[];
}

export interface NewNotice {
  readonly id: string;
  readonly incident_id: string;
  readonly at: Date;
  readonly change: string;
  readonly by: string | null;
  readonly body: unknown;
}
