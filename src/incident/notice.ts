/**
 * What is told to the outside of an incident: one notice per change, the same for every receiver; each receiver renders it in
 * its own form (`receivers/`). Pure.
 */
import type { Text } from '../verdict/index.js';

/** What an incident is about. LOSS: history that we know we lack. BREAKER: a policy stopped acting and leaves it to people. */
export const incidentKinds = ['DEATH', 'EPISODE', 'SILENT_HOST', 'LOSS', 'BREAKER'] as const;
export type IncidentKind = (typeof incidentKinds)[number];

export const incidentStates = ['OPEN', 'ACKNOWLEDGED', 'RESOLVED'] as const;
export type IncidentState = (typeof incidentStates)[number];

/** The most severe first. */
export const severities = ['CRITICAL', 'ERROR', 'WARNING', 'INFO'] as const;
export type Severity = (typeof severities)[number];

export const noticeChanges = ['OPENED', 'UPDATED', 'ACKNOWLEDGED', 'RESOLVED'] as const;
export type NoticeChange = (typeof noticeChanges)[number];

export interface Notice {
  /** UUID; stays the same however often it is delivered: what receivers know a repetition by. */
  readonly id: string;
  readonly change: NoticeChange;
  readonly at: Date;
  /** Who acknowledged or resolved it, where a person did. */
  readonly by: string | null;
  readonly incident: IncidentFacts;
}

/** An incident as it stood at the notice. */
export interface IncidentFacts {
  /** UUID. */
  readonly id: string;
  /** The group: kind, host or fleet, unit or executable, cause. At most one incident of a key is not resolved. */
  readonly key: string;
  readonly kind: IncidentKind;
  readonly state: IncidentState;
  readonly severity: Severity;
  /** One line: "redis.service on web-1 was killed 14 times: OOM_CGROUP". */
  readonly title: Text;
  /** The verdict's summary of the latest death, or what is known otherwise. */
  readonly summary: Text;
  /** Null: of the fleet. */
  readonly host: string | null;
  /** How many hosts it has touched. */
  readonly hosts: number;
  readonly unit: string | null;
  readonly exe: string | null;
  readonly cause: string | null;
  /** Labels of the host; of several, those that they share. */
  readonly labels: Readonly<Record<string, string>>;
  /** Deaths, episodes and the like in it. */
  readonly count: number;
  readonly openedAt: Date;
  readonly updatedAt: Date;
  readonly resolvedAt: Date | null;
  /** Of the latest: `Death.id`, and the texts of its evidence, the weightiest first. */
  readonly latest: { readonly death: string | null; readonly at: Date; readonly evidence: readonly string[] };
}
