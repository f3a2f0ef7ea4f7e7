/**
 * Counts of deaths. Each decided death is counted in one cell: of a host and an hour (UTC), by everything that can be grouped by
 * (prisma/sql/count-deaths.sql), in the transaction that saves its verdict. The verdict remembers the cell, so that a
 * death that is decided again moves. Counts outlive the deaths and the days of history that have them.
 *
 * Bounds: a host has so many cells in an hour, the fleet so many names; what comes later is counted as `other`, with its
 * host, hour, cause, actor and signal.
 */
import { Inject, Injectable } from '@nestjs/common';
import type { TransactionSql } from 'postgres';
import type { ActorKind, Cause } from '../verdict/index.js';
import { labelsOf, type DeathCriteria } from './death.criteria.js';
import { bigints, keyArrays } from './keys.js';
import type { Db } from './postgres.js';
import type { LifeKey } from './rows.js';
import { run } from './sql.js';
import { DB } from './store.tokens.js';
import { textOrNull } from './text.js';

/** Deaths that are looked at where the counts cannot answer. */
export const historySeenMax = 50_000;
/** Groups of one answer. */
export const groupsMax = 5_000;

/** What can be grouped by; `DeathDimension` of the API. */
export const countedBy = ['CAUSE', 'ACTOR', 'HOST', 'UNIT', 'EXE', 'KILLER', 'LOGIN', 'SIGNAL'] as const;
export type CountedBy = (typeof countedBy)[number];

const namesMax = 100_000;
const cellsPerHourMax = 256;
const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const recountedTogether = 1_000;

export interface DeathGroup {
  /** When the bucket begins, in hours since 1970, UTC. Null without buckets. */
  readonly bucket: number | null;
  readonly cause: Cause | null;
  readonly actor: ActorKind | null;
  readonly host_id: number | null;
  readonly unit: string | null;
  readonly exe: string | null;
  readonly killer: string | null;
  readonly login: string | null;
  readonly signal: number | null;
  /** At least one of its names is `other`. */
  readonly other: boolean;
  readonly count: bigint;
}

export interface Grouping {
  readonly by: readonly CountedBy[];
  readonly bucketHours: number | null;
}

type Tx = TransactionSql<{ bigint: bigint }>;

/** What a death is counted by, beside what is known of its life. */
export interface Countable extends LifeKey {
  readonly cause: Cause;
  readonly actor_kind: ActorKind;
  readonly actor_pid: number | null;
  readonly actor_start_ns: bigint | string | null;
}

interface Counted extends LifeKey {
  readonly cell: bigint;
}

/**
 * First in a transaction that decides deaths: whoever counts anew waits until it ends, or it waits for them, before either has
 * locked a verdict.
 */
export async function beforeCounting(tx: Tx): Promise<void> {
  await tx`lock table death_counts in row exclusive mode`;
}

/**
 * In the transaction that decides them, their verdicts locked (lock-verdicts.sql). @returns their cells, which their verdicts have to
 * remember: none of a death that is no more.
 */
export async function countDeaths(tx: Tx, deaths: readonly Countable[]): Promise<Counted[]> {
  if (deaths.length === 0) return [];
  const causes = deaths.map(({ cause }) => cause);
  const actors = deaths.map(({ actor_kind: kind }) => kind);
  const actorPids = deaths.map(({ actor_pid: pid }) => pid);
  const actorStarts = deaths.map(({ actor_start_ns: start }) => (start === null ? null : String(start)));
  const said = [causes, actors, actorPids, actorStarts];
  return run<Counted>(tx, 'countDeaths', [...keyArrays(deaths), ...said, namesMax, cellsPerHourMax]);
}

@Injectable()
export class DeathCountStore {
  constructor(@Inject(DB) private readonly db: Db) {}

  /** Whole hours, from `since` until before `until`; `pid` and `command` are not counted by. At most `groupsMax` + 1. */
  async groups(where: DeathCriteria, grouping: Grouping): Promise<DeathGroup[]> {
    const hours = [where.since, where.until].map((at) => (at ? at.getTime() / hourMs : null));
    return run<DeathGroup>(this.db, 'deathCounts', [...hours, ...parameters(where, grouping)]);
  }

  /** From the deaths themselves. @returns null when more than `historySeenMax` would have to be looked at. */
  async groupsFromHistory(where: DeathCriteria, grouping: Grouping): Promise<DeathGroup[] | null> {
    const within = [where.since ?? null, where.until ?? null, ...parameters(where, grouping)];
    const narrower = [where.pid ?? null, textOrNull(where.command), historySeenMax];
    const rows = await run<DeathGroup & { seen: number }>(this.db, 'deathCountsFromHistory', [...within, ...narrower]);
    return rows[0]!.seen > historySeenMax ? null : rows.filter(({ count }) => count > 0n);
  }

  /** Decided deaths are in history and none was ever counted: a database from before there were counts. */
  async isUncounted(): Promise<boolean> {
    const [row] = await this.db<{ uncounted: boolean }[]>`
      select not exists (select from death_counts) and exists (select from verdicts) as uncounted`;
    return row!.uncounted;
  }

  /**
   * Counts anew whatever of history is there, a day of a host at a time; days of which deaths were dropped keep their counts.
   * Workers may go on deciding. @param onDay told after each day how many deaths it had
   */
  async rebuild(onDay: (hostId: number, day: Date, deaths: number) => void): Promise<void> {
    const [whole] = await this.db<
      { since: Date }[]
    >`select to_timestamp(kept_from * 86400.0) as since from history_state`;
    const hosts = await this.db<{ id: number }[]>`select id from hosts order by id`;
    for (const { id } of hosts) {
      for (let day = await this.dayFrom(id, whole!.since); day !== null; day = await this.dayFrom(id, after(day)))
        onDay(id, day, await this.recount(id, day));
    }
  }

  private async dayFrom(hostId: number, since: Date): Promise<Date | null> {
    return (await run<{ day: Date | null }>(this.db, 'nextDeathDay', [hostId, since]))[0]!.day;
  }

  private async recount(hostId: number, day: Date): Promise<number> {
    return (await this.db.begin(async (tx) => {
      // Workers that save verdicts wait: each death is counted before this or after it.
      await tx`lock table death_counts in share row exclusive mode`;
      await run(tx as Tx, 'uncountDay', [hostId, day, after(day)]);
      let [counted, last]: [number, (Countable & { died_at: Date }) | undefined] = [0, undefined];
      for (;;) {
        const key: unknown[] = last ? [last.died_at, last.boot, last.pid, last.start_ns] : [null, null, null, null];
        const page = [hostId, day, after(day), ...key, recountedTogether];
        const deaths = await run<Countable & { died_at: Date }>(tx as Tx, 'deathsOfDay', page);
        const cells = await countDeaths(tx as Tx, deaths);
        await run(tx as Tx, 'recountVerdicts', [...keyArrays(cells), bigints(cells.map(({ cell }) => cell))]);
        counted += deaths.length;
        last = deaths.at(-1);
        if (deaths.length < recountedTogether) return counted;
      }
    })) as number;
  }
}

const after = (day: Date) => new Date(day.getTime() + dayMs);

/** From host to limit, as both statements take them. */
function parameters(where: DeathCriteria, { by, bucketHours }: Grouping): unknown[] {
  return [
    where.hostId ?? null,
    where.cause ?? null,
    where.actor ?? null,
    where.signal ?? null,
    textOrNull(where.exe),
    textOrNull(where.loginUser),
    textOrNull(where.unit),
    labelsOf(where),
    [...by],
    bucketHours,
    groupsMax + 1,
  ];
}
