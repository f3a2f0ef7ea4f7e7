import { Module, type DynamicModule } from '@nestjs/common';
import { AccessModule } from './access/access.module.js';
import { AuditModule } from './audit/audit.module.js';
import { graphqlModule } from './edge/graphql.module.js';
import { HealthController } from './edge/health.controller.js';
import { LedgerMetrics } from './edge/ledger.metrics.js';
import { VerdictMetrics } from './edge/verdict.metrics.js';
import { HistoryModule } from './history/history.module.js';
import { IncidentModule } from './incident/incident.module.js';
import { ReceiverModule } from './incident/receiver.module.js';
import { IngestModule } from './ingest/ingest.module.js';
import type { Env } from './platform/env.js';
import type { Logger } from './platform/logger.js';
import { PlatformModule } from './platform/platform.module.js';
import { QueueModule } from './queue/queue.module.js';
import { RemediationModule } from './remediation/remediation.module.js';
import { StoreModule } from './store/store.module.js';

/** The API: HTTP, GraphQL and WebSocket. */
@Module({})
export class AppModule {
  static forRoot(env: Env, logger: Logger): DynamicModule {
    return {
      module: AppModule,
      imports: [
        PlatformModule.forRoot(env, logger),
        StoreModule.forRoot(env),
        QueueModule,
        AccessModule,
        ReceiverModule,
        IngestModule,
        HistoryModule,
        IncidentModule,
        RemediationModule,
        AuditModule,
        graphqlModule(),
      ],
      controllers: [HealthController],
      providers: [LedgerMetrics, VerdictMetrics],
    };
  }
}
