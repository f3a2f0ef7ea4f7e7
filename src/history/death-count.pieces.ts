/** Which part of a question the counts answer, and which the deaths themselves; and the answers put together. */
import type { DeathCriteria } from '../store/death.criteria.js';
import type { DeathGroup } from '../store/death-count.store.js';

export interface Piece {
  readonly from: 'counts' | 'history';
  readonly where: DeathCriteria;
}

const hourMs = 3_600_000;

/** Counts know whole hours, and neither pid nor command line. */
export function piecesOf(where: DeathCriteria): Piece[] {
  const { since = null, until = null } = where;
  if (since && until && since >= until) return [];
  if (isGiven(where.pid) || isGiven(where.command)) return [{ from: 'history', where }];
  const first = since && upTo(since);
  const last = until && downTo(until);
  // Both ends within one hour.
  if (first && last && first > last) return [{ from: 'history', where }];
  const pieces: Piece[] = [];
  if (since && first && since < first) pieces.push({ from: 'history', where: { ...where, until: first } });
  if (!first || !last || first < last) pieces.push({ from: 'counts', where: { ...where, since: first, until: last } });
  if (until && last && last < until) pieces.push({ from: 'history', where: { ...where, since: last } });
  return pieces;
}

const isGiven = (value: unknown) => value !== null && value !== undefined;
const upTo = (at: Date) => new Date(Math.ceil(at.getTime() / hourMs) * hourMs);
const downTo = (at: Date) => new Date(Math.floor(at.getTime() / hourMs) * hourMs);

/** Groups of the same names are one. By time, then the largest first. */
export function merged(answers: readonly (readonly DeathGroup[])[]): DeathGroup[] {
  const found = new Map<string, DeathGroup>();
  for (const group of answers.flat()) {
    const { count, ...names } = group;
    const key = JSON.stringify(nameList(names));
    found.set(key, { ...group, count: count + (found.get(key)?.count ?? 0n) });
  }
  // Stable: equal ones keep the order of the database.
  return [...found.values()].sort((a, b) => (a.bucket ?? 0) - (b.bucket ?? 0) || compare(b.count, a.count));
}

function nameList(group: Omit<DeathGroup, 'count'>): unknown[] {
  const { bucket, cause, actor, host_id, unit, exe, killer, login, signal, other } = group;
  return [bucket, cause, actor, host_id, unit, exe, killer, login, signal, other];
}

const compare = (a: bigint, b: bigint) => (a < b ? -1 : a > b ? 1 : 0);
