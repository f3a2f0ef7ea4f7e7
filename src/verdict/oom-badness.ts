/**
 * How the kernel chooses among the candidates, worked out again from the report's table of tasks: badness is memory, swap and
 * page tables plus oom_score_adj thousandths of what may be used; the worst is killed, -1000 is never killed.
 *
 * What may be used is the host's memory and swap, which a report does not carry, or the cgroup's limit, to which its share of
 * swap comes: so its limit is the least that it can be. A larger share only makes an adjustment weigh more.
 * Source: mm/oom_kill.c oom_badness, mm/memcontrol.c mem_cgroup_get_max (5.1 to 6.x; before, root had a bonus, and a child could
 * be killed in its parent's place).
 */
import {
  factLimits,
  type OomCandidateFacts,
  type OomLimitFacts,
  type OomReportFacts,
  type OomTableFacts,
} from './facts.js';

/** A row of the table; memory in bytes, null where the row does not say. */
export interface OomTaskRowFacts {
  readonly pid: number;
  readonly comm: string;
  readonly rss: number | null;
  readonly swap: number | null;
  readonly pageTables: number | null;
  readonly oomScoreAdj: number | null;
}

export const oomScoreAdjMin = -1_000;

/** @param tasks all rows, or more than `factLimits.oomTasksMax` of them: then too many to be looked at. Null where there are none. */
export function summarizeTasks(
  tasks: readonly OomTaskRowFacts[],
  victimPid: number,
  memory: readonly OomLimitFacts[],
): OomTableFacts | null {
  if (tasks.length === 0) return null;
  const known = tasks.flatMap((task) => candidate(task) ?? []);
  const others = known.filter(({ pid }) => pid !== victimPid);
  const weight = bytesPerPoint(memory) ?? 0;
  const rivals = others.filter(isKillable).toSorted((a, b) => badness(b, weight) - badness(a, weight));
  const shielded = others.filter(({ oomScoreAdj }) => oomScoreAdj < 0).toSorted((a, b) => b.size - a.size);
  return {
    candidates: tasks.length,
    isWhole: known.length === tasks.length && tasks.length <= factLimits.oomTasksMax,
    victim: known.find(({ pid }) => pid === victimPid) ?? null,
    rivals: rivals.slice(0, factLimits.oomRivalsMax),
    shielded: shielded.slice(0, factLimits.oomRivalsMax),
    shieldedTotal: shielded.length,
  };
}

export interface Choice {
  readonly victim: OomCandidateFacts;
  /** Who would have been next; null where nobody else could be killed. */
  readonly next: OomCandidateFacts | null;
  /** Adjustments were weighed too; else sizes alone are compared. */
  readonly isWeighed: boolean;
  /** The highest oom_score_adj that would have spared the victim for sure; null where that is not known, or none above -1000. */
  readonly sparedAt: number | null;
}

/** Null where the table is not whole, or does not explain the choice. */
export function choiceOf({ table, memory, constraint, groupKill, cut }: OomReportFacts): Choice | null {
  if (table === null || !table.isWhole || table.victim === null || cut || groupKill) return null;
  // A kernel that does not name the constraint is too old for what is reckoned here.
  const weight = constraint === 'memcg' ? bytesPerPoint(memory) : null;
  const { victim, rivals } = table;
  const next = rivals[0] ?? null;
  if (next !== null && badness(next, weight ?? 0) > badness(victim, weight ?? 0)) return null;
  const sparedAt = weight === null || next === null ? null : sparingAdjustment(victim, next, weight);
  return { victim, next, isWeighed: weight !== null, sparedAt };
}

/** One point below where they would be even: the kernel rounds to pages. Null beyond what can be set short of -1000. */
function sparingAdjustment(victim: OomCandidateFacts, next: OomCandidateFacts, weight: number): number | null {
  const even = next.oomScoreAdj - (victim.size - next.size) / weight;
  // Where the victim is the smaller one, what weighs more than its limit would only bring it nearer to the other.
  const sure = Math.min(Math.floor(even) - 1, victim.size < next.size ? next.oomScoreAdj : Number.POSITIVE_INFINITY);
  return sure > oomScoreAdjMin && sure < victim.oomScoreAdj ? sure : null;
}

/** What one point of oom_score_adj weighs in bytes, at least; null where the limit is not known or too small to weigh. */
function bytesPerPoint(memory: readonly OomLimitFacts[]): number | null {
  const limit = memory.find(({ kind }) => kind === 'memory')?.limit;
  if (limit === undefined || limit >= Number.MAX_SAFE_INTEGER) return null;
  const pages = Math.floor(limit / pageBytes / 1_000);
  return pages === 0 ? null : pages * pageBytes;
}

const pageBytes = 4_096;

function badness({ size, oomScoreAdj }: OomCandidateFacts, weight: number): number {
  return size + oomScoreAdj * weight;
}

function isKillable({ oomScoreAdj }: OomCandidateFacts): boolean {
  return oomScoreAdj !== oomScoreAdjMin;
}

function candidate({ pid, comm, rss, swap, pageTables, oomScoreAdj }: OomTaskRowFacts): OomCandidateFacts | null {
  if (rss === null || pageTables === null || oomScoreAdj === null) return null;
  return { pid, comm, size: rss + (swap ?? 0) + pageTables, oomScoreAdj };
}
