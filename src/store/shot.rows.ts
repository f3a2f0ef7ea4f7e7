/** Whom else a sender hit: which stretches of time to ask for, and what the answer means for one victim. Pure. */
import { factLimits, sameShotNs, shotOf, type DeathFacts, type SameShotFacts } from '../verdict/index.js';
import { groupBy } from './facts.rows.js';
import { lifeId, parseLifeId, type LifeKey } from './rows.js';

/** A sender, a signal and a stretch of time. Those that overlap are one: a thousand victims of a `pkill` ask once. */
export interface ShotRange {
  readonly sender: LifeKey;
  readonly signal: number;
  readonly since: bigint;
  until: bigint;
  /** `lifeId` of the dead that ask. */
  readonly victims: string[];
}

/** A signal that the sender of a range sent; the key is its target. */
export interface HitRow extends LifeKey {
  /** Which range, from 1. */
  readonly n: number;
  readonly at_ns: bigint;
}

/** `SameShotFacts` that lacks the names of the others. */
export interface Hits extends Omit<SameShotFacts, 'others'> {
  readonly others: readonly LifeKey[];
}

/** @param facts by `lifeId`. */
export function shotRanges(facts: ReadonlyMap<string, DeathFacts>): ShotRange[] {
  const shots = [...facts].flatMap(([victim, death]) => {
    const shot = shotOf(death);
    if (shot?.sender == null) return [];
    const { boot } = parseLifeId(victim)!;
    const sender = { boot, pid: shot.sender.ref.pid, start_ns: BigInt(shot.sender.ref.start) };
    return [{ victim, sender, signal: shot.signal, at: shot.at }];
  });
  const bySender = groupBy(shots, ({ sender, signal }) => `${lifeId(sender)} ${signal}`);
  return [...bySender.values()].flatMap((group) => {
    const ranges: ShotRange[] = [];
    for (const { victim, sender, signal, at } of group.toSorted((a, b) => (a.at < b.at ? -1 : 1))) {
      const last = ranges.at(-1);
      if (last && at - sameShotNs <= last.until) {
        last.until = at + sameShotNs;
        last.victims.push(victim);
      } else ranges.push({ sender, signal, since: at - sameShotNs, until: at + sameShotNs, victims: [victim] });
    }
    return ranges;
  });
}

/** @param hits of the range that the victim belongs to, earliest first. Null where it alone was hit. */
export function hitsBeside(victim: string, death: DeathFacts, hits: readonly HitRow[]): Hits | null {
  const shot = shotOf(death);
  if (shot === null) return null;
  const near = hits.filter(({ at_ns: at }) => at >= shot.at - sameShotNs && at <= shot.at + sameShotNs);
  const others = [...new Map(near.map((hit) => [lifeId(hit), hit])).values()].filter((hit) => lifeId(hit) !== victim);
  if (others.length === 0) return null;
  const atLeast = hits.length >= factLimits.othersCountedMax;
  return { others: others.slice(0, factLimits.othersNamedMax), total: others.length, atLeast };
}
