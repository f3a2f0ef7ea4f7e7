/** Everything that is stored, behind classes named after what they keep. The only importer of Prisma and postgres.js. */
import { Global, Inject, Module, type DynamicModule, type OnApplicationShutdown } from '@nestjs/common';
import type { Env } from '../platform/env.js';
import { AuditStore } from './audit.store.js';
import { AuditScheduleStore } from './audit-schedule.store.js';
import { BatchStore } from './batch.store.js';
import { BootStore } from './boot.store.js';
import { DeathCountStore } from './death-count.store.js';
import { DeathStore } from './death.store.js';
import { DeliveryStore } from './delivery.store.js';
import { EpisodeStore } from './episode.store.js';
import { EvidenceStore } from './evidence.store.js';
import { FactsStore } from './facts.store.js';
import { HistoryDaysStore } from './history-days.store.js';
import { HookStore } from './hook.store.js';
import { HostStore } from './host.store.js';
import { IncidentStore } from './incident.store.js';
import { JobFactsStore } from './job-facts.store.js';
import { JobQueueStore } from './job-queue.store.js';
import { JobStore, stepsAtOnce } from './job.store.js';
import { LedgerStore } from './ledger.store.js';
import { LossStore } from './loss.store.js';
import { MessageStore } from './message.store.js';
import { Notifications } from './notifications.js';
import { groupsAtOnce } from './commit-queue.js';
import { connectByKey, connectPostgres, type Db } from './postgres.js';
import { connectPrisma, type PrismaClient } from './prisma.js';
import { OccurrenceStore } from './occurrence.store.js';
import { PolicyStore } from './policy.store.js';
import { PolicyTurnStore } from './policy-turn.store.js';
import { ProcessStore } from './process.store.js';
import { ReceiverStore } from './receiver.store.js';
import { RestartStore } from './restart.store.js';
import { RetentionStore } from './retention.store.js';
import { RouteStore } from './route.store.js';
import { ShotStore } from './shot.store.js';
import { SignalStore } from './signal.store.js';
import { SigningKeyStore } from './signing-key.store.js';
import { SwitchStore } from './switch.store.js';
import { TrailStore } from './trail.store.js';
import { Readiness } from './readiness.js';
import { TokenStore } from './token.store.js';
import { DB, INGEST_DB, PRISMA, STEPS_DB } from './store.tokens.js';

const stores = [
  AuditScheduleStore,
  AuditStore,
  BatchStore,
  BootStore,
  DeathCountStore,
  DeathStore,
  DeliveryStore,
  EpisodeStore,
  EvidenceStore,
  FactsStore,
  HistoryDaysStore,
  HookStore,
  HostStore,
  IncidentStore,
  JobFactsStore,
  JobQueueStore,
  JobStore,
  LedgerStore,
  LossStore,
  MessageStore,
  Notifications,
  OccurrenceStore,
  PolicyStore,
  PolicyTurnStore,
  ProcessStore,
  Readiness,
  ReceiverStore,
  RestartStore,
  RetentionStore,
  RouteStore,
  ShotStore,
  SignalStore,
  SigningKeyStore,
  SwitchStore,
  TokenStore,
  TrailStore,
];

@Global()
@Module({})
export class StoreModule implements OnApplicationShutdown {
  constructor(
    @Inject(DB) private readonly db: Db,
    @Inject(INGEST_DB) private readonly ingestDb: Db,
    @Inject(STEPS_DB) private readonly stepsDb: Db,
    @Inject(PRISMA) private readonly prisma: PrismaClient,
  ) {}

  static forRoot(env: Env): DynamicModule {
    return {
      module: StoreModule,
      providers: [
        { provide: DB, useFactory: () => connectPostgres(env.databaseUrl) },
        { provide: INGEST_DB, useFactory: () => connectByKey(env.databaseUrl, groupsAtOnce + 2) },
        { provide: STEPS_DB, useFactory: () => connectByKey(env.databaseUrl, stepsAtOnce) },
        { provide: PRISMA, useFactory: () => connectPrisma(env.databaseUrl) },
        ...stores,
      ],
      exports: stores,
    };
  }

  async onApplicationShutdown(): Promise<void> {
    const pools = [this.db, this.ingestDb, this.stepsDb];
    await Promise.all([...pools.map((pool) => pool.end({ timeout: 5 })), this.prisma.$disconnect()]);
  }
}
