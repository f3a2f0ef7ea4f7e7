/** The days that there are partitions of history for. */
import { Inject, Injectable } from '@nestjs/common';
import type { Env } from '../platform/env.js';
import type { Logger } from '../platform/logger.js';
import { ENV, LOGGER } from '../platform/platform.tokens.js';
import type { Db } from './postgres.js';
import { run } from './sql.js';
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
    const days = [today, today + daysAhead, today - this.env.retentionDays];
    const [row] = await run<{ made: number; dropped: number }>(this.db, 'keepDays', days);
    const { made, dropped } = row!;
    if (made > 0 || dropped > 0) this.logger.info({ made, dropped }, 'days of history were made and dropped');
    return { made, dropped };
  }
}
