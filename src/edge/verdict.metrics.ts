/** How far history is behind the engine, at the moment of a scrape: from Postgres, so that every API process says the same. */
import { Inject, Injectable } from '@nestjs/common';
import type { Logger } from '../platform/logger.js';
import { metrics } from '../platform/metrics.js';
import { LOGGER } from '../platform/platform.tokens.js';
import { DeathStore } from '../store/death.store.js';
import { engineVersion } from '../verdict/index.js';

@Injectable()
export class VerdictMetrics {
  constructor(
    private readonly deaths: DeathStore,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** Without the database the other metrics are still worth having: then this one says nothing. */
  async refresh(): Promise<void> {
    try {
      metrics.verdictsOutdated.set(await this.deaths.countOutdated(engineVersion));
    } catch (error) {
      metrics.verdictsOutdated.set(Number.NaN);
      this.logger.warn({ err: error }, 'outdated verdicts could not be counted for /metrics');
    }
  }
}
