import { Controller, Get, Header, HttpCode } from '@nestjs/common';
import { Failure } from '../platform/errors.js';
import { registry } from '../platform/metrics.js';
import { Readiness } from '../store/readiness.js';
import { LedgerMetrics } from './ledger.metrics.js';
import { VerdictMetrics } from './verdict.metrics.js';

/** Live: this process answers. Ready: it can do its work, which needs the database with its present schema. */
@Controller()
export class HealthController {
  constructor(
    private readonly readiness: Readiness,
    private readonly ledger: LedgerMetrics,
    private readonly verdicts: VerdictMetrics,
  ) {}

  @Get('healthz')
  @HttpCode(200)
  health(): { status: string } {
    return { status: 'ok' };
  }

  @Get('readyz')
  @HttpCode(200)
  async ready(): Promise<{ status: string }> {
    const reason = await this.readiness.missing();
    if (reason === null) return { status: 'ready' };
    throw new Failure({ code: 'platform/not-ready', status: 503, detail: reason, retryAfterSeconds: 1 });
  }

  @Get('metrics')
  @Header('content-type', registry.contentType)
  async metrics(): Promise<string> {
    await Promise.all([this.ledger.refresh(), this.verdicts.refresh()]);
    return registry.metrics();
  }
}
