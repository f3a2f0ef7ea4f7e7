/** Deaths: by pid, by key and in pages; the work list of verdicts; verdicts saved. */
import { Inject, Injectable } from '@nestjs/common';
import type { TransactionSql } from 'postgres';
import type { Verdict } from '../verdict/index.js';
import { beforeCounting, countDeaths } from './death-count.store.js';
import { labelsOf, type DeathCriteria } from './death.criteria.js';
import { bigints, keyArrays } from './keys.js';
import { notifyDeaths, notifyTroubles } from './notifications.js';
import { planOnceWithin, type Db } from './postgres.js';
import { lifeId, type DeathRow, type LifeKey, type LossRow } from './rows.js';
import { run, type Statement } from './sql.js';
import { DB } from './store.tokens.js';
import { textOrNull } from './text.js';
import { wantedEnds } from './wanted-ends.js';

/** Where a page of deaths begins: after this one. */
export interface DeathPosition extends LifeKey {
  readonly died_at: Date;
}

export interface PageRequest {
  readonly after: DeathPosition | null;
  readonly limit: number;
}

type Decide = (keys: LifeKey[]) => Promise<{ key: LifeKey; verdict: Verdict }[]>;

/** How far around a death a loss may have swallowed what mattered to it. */
const lossReachNs = 5_000_000_000n;

/** Many is many: a scrape must not read the whole history. */
const outdatedCountedMax = 100_000;

/** A policy waits for an hour at most, and answers a quarter late. */
const policyReach = '75 minutes';

@Injectable()
export class DeathStore {
  constructor(@Inject(DB) private readonly db: Db) {}

  async byKeys(keys: readonly LifeKey[]): Promise<DeathRow[]> {
    return run<DeathRow>(this.db, 'deathsByKey', keyArrays(keys));
  }

  /** The latest death of a pid at or before `at`. */
  async ofPid(hostId: number, pid: number, at: Date | null): Promise<DeathRow | null> {
    return (await run<DeathRow>(this.db, 'deathByPid', [hostId, pid, at]))[0] ?? null;
  }

  /** Newest first. */
  async page(where: DeathCriteria, { after, limit }: PageRequest): Promise<DeathRow[]> {
    const labels = labelsOf(where);
    const [host, since, until, cause, actor, signal, exe, command, login, pid, unit] = criteria(where);
    const looked = [cause, actor, signal, exe, command, login];
    if (host !== null && pid === null) {
      const parameters = [host, since, until, ...looked, unit, ...position(after), limit, labels];
      return run<DeathRow>(this.db, 'deathsOfHostPage', parameters);
    }
    if ([host, ...looked, pid, unit, labels].every((one) => one === null)) {
      return run<DeathRow>(this.db, 'latestDeathsPage', [since, until, ...position(after), limit]);
    }
    return run<DeathRow>(this.db, 'deathsPage', [...criteria(where), ...position(after), limit, labels]);
  }

  /** Those of the given deaths that meet the criteria. */
  async matching(where: DeathCriteria, keys: readonly LifeKey[]): Promise<DeathRow[]> {
    return run<DeathRow>(this.db, 'deathsMatching', [...criteria(where), labelsOf(where), ...keyArrays(keys)]);
  }

  /** Losses within reach of the given deaths, each with the time of the death that asked. */
  async losses(deaths: readonly DeathRow[], perDeathMax: number): Promise<(LossRow & { died_ns: bigint })[]> {
    const [boots, times] = [deaths.map((death) => death.boot), bigints(deaths.map((death) => death.died_ns))];
    return run(this.db, 'lossesByDeath', [boots, times, lossReachNs, perDeathMax]);
  }

  /** Takes up to `limit` deaths off the work list and has them decided. @returns how many were taken. */
  async decidePending(limit: number, decide: Decide): Promise<number> {
    return this.decideTaken('takePending', [limit], decide);
  }

  /** Has up to `limit` deaths decided again whose verdict is of an older engine. @returns how many were taken. */
  async redecideOutdated(engine: number, limit: number, decide: Decide): Promise<number> {
    return this.decideTaken('takeOutdated', [engine, limit], decide);
  }

  /** How many verdicts are of an older engine; no more than `max` are counted. */
  async countOutdated(engine: number, max = outdatedCountedMax): Promise<number> {
    return (await run<{ outdated: number }>(this.db, 'countOutdated', [engine, max]))[0]!.outdated;
  }

  /** Taken, decided, saved and told in one transaction: a crash leaves them to be taken again. */
  private async decideTaken(take: Statement, parameters: unknown[], decide: Decide): Promise<number> {
    return (await this.db.begin(async (transaction) => {
      const tx = transaction as TransactionSql<{ bigint: bigint }>;
      await Promise.all([planOnceWithin(tx), beforeCounting(tx)]);
      const keys = await run<LifeKey>(tx, take, parameters);
      if (keys.length === 0) return 0;
      await run(tx, 'lockVerdicts', keyArrays(keys));
      const verdicts = (await decide([...keys])).map(verdictRow);
      const cells = new Map(
        (await countDeaths(tx, verdicts)).map((counted) => [lifeId(counted), String(counted.cell)]),
      );
      const rows = JSON.stringify(
        verdicts.map((row) => ({ ...row, start_ns: String(row.start_ns), cell: cells.get(lifeId(row)) })),
      );
      const changed = await run<LifeKey & { trouble: boolean }>(tx, 'saveVerdicts', [rows, [...wantedEnds]]);
      await Promise.all([run(tx, 'addDeathTurns', [...keyArrays(changed), policyReach]), notifyDeaths(tx, changed)]);
      if (changed.some(({ trouble }) => trouble)) await notifyTroubles(tx);
      return keys.length;
    })) as number;
  }
}

/** In the order of deaths-page and deaths-matching. */
function criteria(where: DeathCriteria): unknown[] {
  return [
    where.hostId ?? null,
    where.since ?? null,
    where.until ?? null,
    where.cause ?? null,
    where.actor ?? null,
    where.signal ?? null,
    textOrNull(where.exe),
    textOrNull(where.command),
    textOrNull(where.loginUser),
    where.pid ?? null,
    textOrNull(where.unit),
  ];
}

function position(after: DeathPosition | null): unknown[] {
  return [after?.died_at ?? null, after?.boot ?? null, after?.pid ?? null, after?.start_ns ?? null];
}

function verdictRow({ key, verdict }: { readonly key: LifeKey; readonly verdict: Verdict }) {
  return {
    boot: key.boot,
    pid: key.pid,
    start_ns: key.start_ns,
    engine: verdict.engine,
    rule: verdict.rule,
    cause: verdict.cause,
    actor_kind: verdict.actor.kind,
    actor_pid: verdict.actor.process?.pid ?? null,
    actor_start_ns: verdict.actor.process?.start ?? null,
    confidence: verdict.confidence,
    summary: verdict.summary.en,
    summary_zh: verdict.summary.zh,
    evidence: verdict.evidence.map(({ kind, at, text }) => ({ kind, at: at === null ? null : String(at), text })),
  };
}
