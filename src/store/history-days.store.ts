/** The days that there are partitions of history for. */
import { Inject, Injectable } from '@nestjs/common';
import type { TransactionSql } from 'postgres';
import type { Env } from '../platform/env.js';
import type { Logger } from '../platform/logger.js';
import { ENV, LOGGER } from '../platform/platform.tokens.js';
import type { Db } from './postgres.js';
import { run, type Statement } from './sql.js';
import { DB } from './store.tokens.js';

/** A worker may be away for that long before rows of a new day go to the default partition (and move when it is back). */
const daysAhead = 7;
const dayMs = 86_400_000;

@Injectable()
export class HistoryDaysStore {
  constructor(
    @Inject(DB) private readonly db: Db,
    @Inject(ENV) private readonly env: Pick<Env, 'retentionDays'>,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** Makes the days to come and drops those past the retention. @returns how many of each. */
  async keep(now = Date.now()): Promise<{ readonly made: number; readonly dropped: number }> {
    const today = Math.floor(now / dayMs);
    const { made } = await this.step<{ made: number }>('makeDays', [today - 1, today + daysAhead]);
    let dropped = 0;
    while ((await this.step<{ dropped: boolean }>('dropDay', [today - this.env.retentionDays])).dropped) dropped += 1;
    if (made > 0 || dropped > 0) this.logger.info({ made, dropped }, 'days of history were made and dropped');
    return { made, dropped };
  }

  /** A day takes as long as it is large. But whoever waits for a lock holds up all who come after: rather another time. */
  private async step<T extends object>(statement: Statement, parameters: unknown[]): Promise<T> {
    return (await this.db.begin(async (transaction) => {
      const tx = transaction as TransactionSql<{ bigint: bigint }>;
      await tx`set local statement_timeout = '10min'`;
      await tx`set local lock_timeout = '5s'`;
      return (await run<T>(tx, statement, parameters))[0]!;
    })) as T;
  }
}
