/** What is asked for → a silence, or why not. Pure. */
import type { LabelSelector, SilenceInput } from '../generated/graphql.js';
import { Failure } from '../platform/errors.js';
import type { SilenceRow } from '../store/incident.rows.js';

export const silenceLimits = {
  patternsMax: 32,
  labelsMax: 32,
  patternCharactersMax: 255,
  commentCharactersMax: 1_024,
  /** What is silenced for ever is forgotten. */
  daysMax: 90,
  /** A window is planned ahead, not for another year. */
  daysAheadMax: 365,
} as const;

const dayMs = 86_400_000;

interface Asked {
  readonly by: string;
  readonly at: Date;
  readonly newId: () => string;
}

/** @throws Failure `incident/bad-silence` */
export function newSilence(input: SilenceInput, { by, at, newId }: Asked): SilenceRow {
  const conditions = {
    host: [...(input.host ?? [])],
    unit: [...(input.unit ?? [])],
    exe: [...(input.exe ?? [])],
    cause: [...(input.cause ?? [])],
    labels: labelsOf(input.labels ?? []),
  };
  const startsAt = new Date(input.startsAt ?? at);
  const endsAt = new Date(input.endsAt);
  const comment = input.comment.trim();
  const complaint = complaintOf(conditions) ?? complaintOfTime(startsAt, endsAt, at) ?? complaintOfComment(comment);
  if (complaint !== null) throw new Failure({ code: 'incident/bad-silence', status: 400, detail: complaint });
  const times = { starts_at: startsAt, ends_at: endsAt, created_at: at };
  return { id: newId(), ...conditions, ...times, comment, created_by: by, ended_by: null };
}

function labelsOf(labels: readonly LabelSelector[]): Record<string, string> {
  return Object.fromEntries(labels.map(({ key, value }) => [key, value]));
}

function complaintOf({
  labels,
  ...lists
}: Pick<SilenceRow, 'host' | 'unit' | 'exe' | 'cause' | 'labels'>): string | null {
  const { patternsMax, labelsMax, patternCharactersMax } = silenceLimits;
  const patterns = Object.values(lists).flat();
  const named = Object.entries(labels);
  if (patterns.length + named.length === 0)
    return 'A silence needs a condition: without any it would silence everything.';
  if (Object.values(lists).some((list) => list.length > patternsMax) || named.length > labelsMax)
    return `A list may have ${patternsMax} patterns.`;
  if ([...patterns, ...named.flat()].some((text) => text.length > patternCharactersMax))
    return `A pattern may have ${patternCharactersMax} characters.`;
  return patterns.includes('') ? 'A pattern may not be empty: it would fit nothing.' : null;
}

function complaintOfTime(starts: Date, ends: Date, at: Date): string | null {
  const { daysMax, daysAheadMax } = silenceLimits;
  if (ends <= starts) return '`endsAt` must be after `startsAt`.';
  if (ends <= at) return '`endsAt` must be in the future.';
  if (ends.getTime() - starts.getTime() > daysMax * dayMs) return `A silence lasts ${daysMax} days at most.`;
  return starts.getTime() - at.getTime() > daysAheadMax * dayMs ? `It must begin within ${daysAheadMax} days.` : null;
}

function complaintOfComment(comment: string): string | null {
  if (comment === '') return 'A silence needs a comment: say why.';
  const { commentCharactersMax } = silenceLimits;
  return comment.length > commentCharactersMax ? `A comment may have ${commentCharactersMax} characters.` : null;
}
