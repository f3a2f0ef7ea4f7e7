/**
 * Rows of history as the SQL in `prisma/sql` returns them. Columns are snake_case as in the tables; `int8` is bigint.
 * A life is named by (boot, pid, start_ns).
 */
import {
  episodeStates,
  type CoreDumpEvent,
  type EpisodeEvent,
  type KernelLogEvent,
  type OomReportEvent,
  type ProcessEvent,
  type SignalEvent,
} from '../contract/index.js';
import type { ActorKind, Cause } from '../verdict/index.js';

export interface LifeKey {
  readonly boot: number;
  readonly pid: number;
  readonly start_ns: bigint;
}

export interface ProcessRow extends LifeKey {
  readonly host_id: number;
  readonly booted_at: Date;
  readonly origin: ProcessEvent['origin'];
  readonly parent_pid: number | null;
  readonly parent_start_ns: bigint | null;
  readonly seen_ns: bigint;
  readonly comm: string;
  readonly exe: string | null;
  readonly args: string[];
  readonly args_cut: boolean;
  readonly uid: bigint | null;
  readonly user_name: string | null;
  readonly login_uid: bigint | null;
  readonly login_name: string | null;
  readonly login_session: bigint | null;
  readonly tty: string | null;
  readonly cgroup: string | null;
  readonly unit: string | null;
  readonly container_id: string | null;
  readonly container_runtime: string | null;
  readonly container_pod: string | null;
  readonly login_source: string | null;
  readonly kernel_thread: boolean;
  readonly started_at: Date;
  readonly ended_at: Date | null;
}

export interface LineageRow extends ProcessRow {
  /** Null: it lives, or its end was not seen (then `ended_at` says when that was noticed). */
  readonly died_ns: bigint | null;
}

/** A command that may have asked for the deaths at that time. */
export interface RequestRow extends LifeKey {
  readonly died_ns: bigint;
  readonly at_ns: bigint;
}

/** A command for which a life acted at that time. */
export interface ActorCommandRow extends LifeKey {
  readonly at_ns: bigint;
  /** As job-target.ts names it. */
  readonly target: string;
  readonly job: string;
  readonly requested_by: string;
  readonly approved_by: readonly string[];
}

export interface EvidenceRow {
  readonly kind: string;
  /** Boot-clock nanoseconds, decimal. */
  readonly at: string | null;
  readonly text: string;
}

export interface DeathRow extends LifeKey {
  readonly host_id: number;
  readonly booted_at: Date;
  readonly died_ns: bigint;
  readonly died_at: Date;
  readonly exit_code: number | null;
  readonly signal: number | null;
  readonly core_dumped: boolean;
  readonly cpu_ns: bigint | null;
  readonly peak_rss_bytes: bigint | null;
  readonly reconstructed: boolean;
  readonly engine: number | null;
  readonly rule: string | null;
  readonly cause: Cause | null;
  readonly actor_kind: ActorKind | null;
  readonly actor_pid: number | null;
  readonly actor_start_ns: bigint | null;
  readonly confidence: number | null;
  readonly summary: string | null;
  readonly summary_zh: string | null;
  readonly evidence: EvidenceRow[] | null;
}

export interface SignalRow {
  readonly id: bigint;
  readonly boot: number;
  readonly at_ns: bigint;
  readonly at: Date;
  readonly signal: number;
  readonly code: number;
  readonly target_pid: number;
  readonly target_start_ns: bigint;
  readonly sender_pid: number | null;
  readonly sender_start_ns: bigint | null;
  readonly running_pid: number | null;
  readonly running_start_ns: bigint | null;
  readonly thread: number | null;
  readonly disposition: 'default' | 'ignored' | 'caught';
  readonly result: 'delivered' | 'ignored' | 'pending' | 'overflow' | 'lost_info';
  readonly address: string | null;
  readonly count: bigint;
  readonly until_ns: bigint | null;
  readonly circumstances: Pick<SignalEvent, 'limit' | 'memory'> | null;
}

export interface FormerImageRow extends LifeKey {
  readonly until_ns: bigint;
  readonly comm: string;
  readonly exe: string | null;
  readonly args: string[];
  readonly args_cut: boolean;
}

export interface LossRow {
  readonly id: bigint;
  readonly host_id: number;
  readonly boot: number;
  readonly since_ns: bigint;
  readonly until_ns: bigint;
  readonly since: Date;
  readonly until: Date;
  readonly cause: string;
  readonly count: bigint | null;
  readonly cgroup: string | null;
}

export interface OomKillRow {
  readonly boot: number;
  readonly victim_pid: number;
  readonly victim_start_ns: bigint;
  readonly at_ns: bigint;
}

/** What an OOM report says, and what it says of one victim, whose life the key names. */
export interface OomReportRow extends LifeKey {
  readonly line: bigint;
  readonly at_ns: bigint;
  readonly at: Date;
  readonly reconstructed: boolean;
  readonly bound_by: NonNullable<OomReportEvent['constraint']> | null;
  readonly trigger_pid: number | null;
  readonly trigger_start_ns: bigint | null;
  readonly trigger_comm: string | null;
  readonly trigger_oom_score_adj: number | null;
  readonly gfp_mask: string | null;
  readonly gfp_order: number | null;
  readonly cgroup: string | null;
  readonly victim_cgroup: string | null;
  readonly memory: OomReportEvent['memory'] | null;
  readonly group_kill: boolean;
  readonly cut: boolean;
  readonly uid: bigint | null;
  readonly score: bigint | null;
  readonly oom_score_adj: number | null;
  readonly total_vm_bytes: bigint | null;
  readonly anon_rss_bytes: bigint | null;
  readonly file_rss_bytes: bigint | null;
  readonly shmem_rss_bytes: bigint | null;
  readonly page_tables_bytes: bigint | null;
}

/** A candidate of the report that (boot, line) names. */
export interface OomTableRow {
  readonly boot: number;
  readonly line: bigint;
  readonly pid: number;
  readonly comm: string;
  readonly rss_bytes: bigint | null;
  readonly swap_bytes: bigint | null;
  readonly page_tables_bytes: bigint | null;
  readonly oom_score_adj: number | null;
}

export interface OomReportWithTable extends OomReportRow {
  readonly tasks: readonly OomTableRow[];
}

export interface OomTaskRow {
  readonly position: number;
  readonly pid: number;
  readonly uid: bigint | null;
  readonly comm: string;
  readonly total_vm_bytes: bigint | null;
  readonly rss_bytes: bigint | null;
  readonly swap_bytes: bigint | null;
  readonly page_tables_bytes: bigint | null;
  readonly oom_score_adj: number | null;
  /** What the kernel counts: memory, swap and page tables. */
  readonly size_bytes: bigint;
}

export interface CoreDumpRow extends LifeKey {
  readonly at_ns: bigint;
  readonly pattern: string | null;
  readonly path: string | null;
  readonly size_bytes: bigint | null;
  readonly truncated: boolean | null;
  readonly obstacle: NonNullable<CoreDumpEvent['obstacle']> | null;
  readonly limit_bytes: bigint | null;
}

/** A line of the kernel log that speaks of a life. */
export interface KernelLogRow extends LifeKey {
  readonly line: bigint;
  readonly at_ns: bigint;
  readonly at: Date;
  readonly topic: KernelLogEvent['topic'];
  readonly text: string;
}

export interface ThrottleRow {
  readonly id: bigint;
  readonly since: Date;
  readonly until: Date | null;
  readonly cgroup: string;
  readonly count: bigint | null;
}

export interface EpisodeKey extends LifeKey {
  readonly state: EpisodeEvent['state'];
  readonly since_ns: bigint;
}

export interface EpisodeRow extends EpisodeKey {
  readonly host_id: number;
  readonly booted_at: Date;
  readonly until_ns: bigint | null;
  readonly started_at: Date;
  readonly ended_at: Date | null;
  readonly parent_pid: number | null;
  readonly parent_start_ns: bigint | null;
  readonly wait_channel: string | null;
  readonly signal: number | null;
  readonly sender_pid: number | null;
  readonly sender_start_ns: bigint | null;
}

export interface HostRow {
  readonly id: number;
  readonly machine_id: string;
  readonly name: string;
  readonly enrolled_at: Date;
  readonly last_seen_at: Date | null;
  readonly agent_version: string | null;
  readonly rung: 'ebpf' | 'tracefs' | 'procfs' | null;
  readonly blind_spots: string[];
  readonly kernel: string | null;
  readonly arch: string | null;
  readonly labels: Readonly<Record<string, string>>;
}

/** One boot of a host. */
export interface BootRow {
  readonly id: number;
  readonly host_id: number;
  readonly boot_id: string;
  readonly booted_at: Date;
  /** The latest event of it; 0 where an older server stored it. */
  readonly seen_ns: bigint;
  readonly seen_at: Date;
  /** Its last agent said goodbye. */
  readonly agent_stopped_ns: bigint | null;
  /** Null: no later boot is known. */
  readonly next_booted_at: Date | null;
}

/** A life's key as text, for maps and for the ids that the API shows. */
export function lifeId(key: LifeKey): string {
  return `${key.boot}.${key.pid}.${key.start_ns}`;
}

/** @returns null when the text is not such an id. */
export function parseLifeId(id: string): LifeKey | null {
  const match = /^(\d{1,9})\.(\d{1,7})\.(\d{1,18})$/.exec(id);
  if (!match) return null;
  return { boot: Number(match[1]), pid: Number(match[2]), start_ns: BigInt(match[3]!) };
}

export function episodeId(key: EpisodeKey): string {
  return `${lifeId(key)}.${key.state}.${key.since_ns}`;
}

/** @returns null when the text is not such an id. */
export function parseEpisodeId(id: string): EpisodeKey | null {
  const match = /^(.{1,40})\.([a-z]{1,15})\.(\d{1,18})$/.exec(id);
  const life = match && parseLifeId(match[1]!);
  const state = episodeStates.find((known) => known === match?.[2]);
  return life && state ? { ...life, state, since_ns: BigInt(match![3]!) } : null;
}

/** The container that a process runs in, as columns of its row. */
export function containerOf(row: ProcessRow): ContainerRow | null {
  if (row.container_id === null || row.container_runtime === null) return null;
  return { id: row.container_id, runtime: row.container_runtime, pod: row.container_pod };
}

/** The login that stands behind a process, as columns of its row. */
export interface LoginRow {
  readonly uid: bigint;
  readonly name: string | null;
  readonly session: bigint | null;
  readonly tty: string | null;
  readonly source: string | null;
}

export interface ContainerRow {
  readonly id: string;
  readonly runtime: string;
  readonly pod: string | null;
}

/** Who did it: a process as it was when it did it. */
export interface ActorRow {
  readonly kind: ActorKind;
  readonly process: ProcessRow | null;
  /** When it did; and to whom. */
  readonly at_ns: bigint | null;
  readonly victim: LifeKey;
}
