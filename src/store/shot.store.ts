/** The other victims of the same shot: for the facts of many deaths, and in pages for one. */
import { Inject, Injectable } from '@nestjs/common';
import { factLimits, sameShotNs, shotOf, type DeathFacts } from '../verdict/index.js';
import { groupBy } from './facts.rows.js';
import { bigints, distinct, keyArrays } from './keys.js';
import type { Db } from './postgres.js';
import { ProcessStore } from './process.store.js';
import { lifeId, type LifeKey, type SignalRow } from './rows.js';
import { hitsBeside, shotRanges, type HitRow, type ShotRange } from './shot.rows.js';
import type { SignalPosition } from './signal.store.js';
import { run } from './sql.js';
import { DB } from './store.tokens.js';

@Injectable()
export class ShotStore {
  constructor(
    @Inject(DB) private readonly db: Db,
    private readonly processes: ProcessStore,
  ) {}

  /** The same facts with `sameShot`, in two statements. @param facts by `lifeId`. */
  async complete(facts: Map<string, DeathFacts>): Promise<Map<string, DeathFacts>> {
    const ranges = shotRanges(facts);
    if (ranges.length === 0) return facts;
    const hits = groupBy(await this.hits(ranges), ({ n }) => String(n));
    const shots = ranges.flatMap(({ victims }, index) =>
      victims.flatMap((victim) => {
        const shot = hitsBeside(victim, facts.get(victim)!, hits.get(String(index + 1)) ?? []);
        return shot === null ? [] : [{ victim, shot }];
      }),
    );
    if (shots.length === 0) return facts;
    const people = await this.processes.byKeys(distinct(shots.flatMap(({ shot }) => shot.others)));
    const names = new Map(people.map((row) => [lifeId(row), row.comm]));
    const complete = shots.map(({ victim, shot }): [string, DeathFacts] => {
      const others = shot.others.map((key) => {
        return { ref: { pid: key.pid, start: String(key.start_ns) }, comm: names.get(lifeId(key)) ?? '' };
      });
      return [victim, { ...facts.get(victim)!, sameShot: { ...shot, others } }];
    });
    return new Map([...facts, ...complete]);
  }

  /** The signals of the same shot that hit others, earliest first. */
  async page(victim: LifeKey, death: DeathFacts, after: SignalPosition | null, limit: number): Promise<SignalRow[]> {
    const shot = shotOf(death);
    if (shot?.sender == null) return [];
    return run<SignalRow>(this.db, 'sameShotPage', [
      ...[victim.boot, shot.sender.ref.pid, shot.sender.ref.start, shot.signal],
      ...bigints([shot.at - sameShotNs, shot.at + sameShotNs]),
      ...[victim.pid, victim.start_ns, after?.at_ns ?? null, after?.id ?? null, limit],
    ]);
  }

  private hits(ranges: readonly ShotRange[]): Promise<HitRow[]> {
    return run<HitRow>(this.db, 'sameShots', [
      ...keyArrays(ranges.map(({ sender }) => sender)),
      ranges.map(({ signal }) => signal),
      bigints(ranges.map(({ since }) => since)),
      bigints(ranges.map(({ until }) => until)),
      factLimits.othersCountedMax,
    ]);
  }
}
