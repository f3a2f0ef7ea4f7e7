/**
 * The ledger of the whole fleet, at the moment of a scrape: from Postgres, so that it survives restarts and every API
 * process says the same. Aggregate it with max, not with sum.
 */
import { Inject, Injectable } from '@nestjs/common';
import type { Logger } from '../platform/logger.js';
import { ledgerMetrics } from '../platform/metrics.js';
import { LOGGER } from '../platform/platform.tokens.js';
import { LedgerStore, type StreamLedger } from '../store/ledger.store.js';

@Injectable()
export class LedgerMetrics {
  constructor(
    private readonly ledger: LedgerStore,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** Without the database the other metrics are still worth having: then these are absent. */
  async refresh(): Promise<void> {
    try {
      const [streams, unbalanced] = await Promise.all([this.ledger.ofFleet(), this.ledger.unbalancedHosts()]);
      reset();
      streams.forEach(show);
      ledgerMetrics.unbalancedHosts.set(unbalanced);
    } catch (error) {
      reset();
      this.logger.warn({ err: error }, 'the ledger could not be read for /metrics');
    }
  }
}

function show({ name: stream, read, stored, rejected, dropped, kernelLost }: StreamLedger): void {
  ledgerMetrics.read.inc({ stream }, Number(read));
  ledgerMetrics.stored.inc({ stream }, Number(stored));
  ledgerMetrics.rejected.inc({ stream }, Number(rejected));
  for (const { cause, count } of dropped) ledgerMetrics.dropped.inc({ stream, cause }, Number(count));
  for (const { cause, count } of kernelLost) ledgerMetrics.kernelLost.inc({ stream, cause }, Number(count));
}

function reset(): void {
  for (const metric of Object.values(ledgerMetrics)) metric.reset();
}
