/**
 * Evidence that comes beside signals and exits → the rows that its ingest statements take. Pure. What is told in parts
 * (an episode that begins and ends) is folded into one row, since one statement must not touch a row twice.
 */
import { createHash } from 'node:crypto';
import type {
  CoreDumpEvent,
  EpisodeEvent,
  KernelLogEvent,
  KnownEvent,
  OomReportEvent,
  ProcessRef,
  ThrottleEvent,
} from '../contract/index.js';

export interface EvidenceRows {
  readonly oomReports: readonly object[];
  readonly kernelLog: readonly object[];
  readonly coreDumps: readonly object[];
  readonly episodes: readonly object[];
  readonly throttles: readonly object[];
}

type Kind = 'oom_report' | 'kernel_log' | 'core_dump' | 'episode' | 'throttle';

export interface EvidenceCollector {
  readonly handlers: { readonly [K in Kind]: (event: Extract<KnownEvent, { kind: K }>) => void };
  rows(): EvidenceRows;
}

export function collectEvidence(): EvidenceCollector {
  const oomReports: object[] = [];
  const kernelLog: object[] = [];
  const coreDumps = new Map<string, object>();
  const episodes = new Map<string, object>();
  const throttles = new Map<string, object>();
  return {
    handlers: {
      oom_report: (event) => void oomReports.push(oomReportRow(event)),
      kernel_log: (event) => void kernelLog.push(kernelLogRow(event)),
      core_dump: (event) => fold(coreDumps, keyOf(event.victim), coreDumpRow(event)),
      episode: (event) => fold(episodes, `${keyOf(event)} ${event.state} ${event.since}`, episodeRow(event)),
      throttle: (event) => fold(throttles, `${event.since} ${event.cgroup}`, throttleRow(event)),
    },
    rows: () => ({
      oomReports,
      kernelLog,
      coreDumps: [...coreDumps.values()],
      episodes: [...episodes.values()],
      throttles: [...throttles.values()],
    }),
  };
}

export const keyOf = (ref: ProcessRef): string => `${ref.pid}.${ref.start}`;

/** The later of two rows says more; what it does not say, the earlier one does. */
function fold(rows: Map<string, object>, key: string, row: object): void {
  const said = Object.entries(row).filter(([, value]) => value !== undefined);
  rows.set(key, { ...rows.get(key), ...Object.fromEntries(said) });
}

/** As it came, with its name: insert-oom-reports.sql takes it apart. */
function oomReportRow(event: OomReportEvent): object {
  return { ...event, line: lineOf(event) };
}

function kernelLogRow(event: KernelLogEvent): object {
  return {
    line: lineOf(event),
    at_ns: event.at,
    topic: event.topic,
    pid: event.process?.pid ?? event.pid,
    start_ns: event.process?.start,
    comm: event.comm,
    text: event.text,
  };
}

function coreDumpRow(event: CoreDumpEvent): object {
  return {
    pid: event.victim.pid,
    start_ns: event.victim.start,
    at_ns: event.at,
    pattern: event.pattern,
    path: event.path,
    size_bytes: event.sizeBytes,
    truncated: event.truncated,
    obstacle: event.obstacle,
    limit_bytes: event.limitBytes,
  };
}

function episodeRow(event: EpisodeEvent): object {
  return {
    pid: event.pid,
    start_ns: event.start,
    state: event.state,
    since_ns: event.since,
    seen_ns: event.at,
    until_ns: event.until,
    parent_pid: event.parent?.pid,
    parent_start_ns: event.parent?.start,
    wait_channel: event.waitChannel,
    signal: event.signal,
    sender_pid: event.sender?.pid,
    sender_start_ns: event.sender?.start,
  };
}

function throttleRow({ cgroup, since, at, state, count }: ThrottleEvent): object {
  return { cgroup, since_ns: since, until_ns: state === 'stop' ? at : undefined, count };
}

/**
 * What names a record of the kernel log within its boot, so that it is stored once however often it is read: its sequence
 * number or, where that is not known, a negative digest of all that it says.
 */
function lineOf(event: OomReportEvent | KernelLogEvent): number | string {
  if (event.sequence !== undefined) return event.sequence;
  const digest = createHash('sha256').update(JSON.stringify(event)).digest();
  return String(-1n - (digest.readBigUInt64BE() >> 1n));
}
