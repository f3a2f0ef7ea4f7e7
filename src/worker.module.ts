import { Module, type DynamicModule } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { AuditWorkerModule } from './audit/audit.module.js';
import { ScheduleService } from './audit/schedule.service.js';
import { BackfillService } from './diagnosis/backfill.service.js';
import { DiagnosisModule } from './diagnosis/diagnosis.module.js';
import { DiagnosisService } from './diagnosis/diagnosis.service.js';
import { ReverdictService } from './diagnosis/reverdict.service.js';
import { DeliveryService } from './incident/delivery.service.js';
import { DeliveryWorkerModule } from './incident/delivery-worker.module.js';
import { IncidentWorkerModule } from './incident/incident-worker.module.js';
import { startIncidents } from './incident/start-worker.js';
import type { Env } from './platform/env.js';
import { nestLogger, type Logger } from './platform/logger.js';
import { PlatformModule } from './platform/platform.module.js';
import type { Running } from './platform/program.js';
import { RemediationWorkerModule } from './remediation/remediation-worker.module.js';
import { startRemediation } from './remediation/start-worker.js';
import { JobQueue } from './queue/job.queue.js';
import { startJobWorker } from './queue/job.worker.js';
import { QueueModule } from './queue/queue.module.js';
import { migrateQueue } from './queue/queues.js';
import { HistoryDaysStore } from './store/history-days.store.js';
import { RetentionStore } from './store/retention.store.js';
import { StoreModule } from './store/store.module.js';

/** The worker: what the queue wakes. */
@Module({})
export class WorkerModule {
  static forRoot(env: Env, logger: Logger): DynamicModule {
    const imports = [PlatformModule.forRoot(env, logger), StoreModule.forRoot(env), QueueModule];
    return {
      module: WorkerModule,
      imports: [
        ...imports,
        AuditWorkerModule,
        DeliveryWorkerModule,
        DiagnosisModule,
        IncidentWorkerModule,
        RemediationWorkerModule,
      ],
    };
  }
}

/** @throws Error when the database or the queue does not answer. */
export async function startWorker(env: Env, logger: Logger): Promise<Running> {
  await migrateQueue(env);
  const app = await NestFactory.createApplicationContext(WorkerModule.forRoot(env, logger), {
    logger: nestLogger(logger),
    abortOnError: false,
  });
  const diagnosis = app.get(DiagnosisService);
  const reverdict = app.get(ReverdictService);
  const audits = app.get(ScheduleService);
  const days = app.get(HistoryDaysStore);
  const delivery = app.get(DeliveryService);
  const retention = app.get(RetentionStore);
  const remediation = await startRemediation(app, logger);
  const incidents = await startIncidents(app, logger);
  const queue = app.get(JobQueue);
  const worker = await startJobWorker({
    env,
    logger,
    queue,
    handlers: {
      'decide-pending': () => diagnosis.decidePending(),
      ...incidents.handlers,
      ...remediation.handlers,
      'forget-old': () => retention.forget(env.retention, new Date()),
      'keep-days': async () => {
        await days.keep();
      },
      'sweep-audits': () => audits.sweep(),
      reverdict: async () => {
        if (await reverdict.turn()) await queue.wake('reverdict');
      },
      'tell-notices': () => delivery.tell(),
    },
  });
  await queue.wake('reverdict');
  // Not waited for; a worker that is stopped meanwhile leaves days uncounted, which `npm run counts:rebuild` makes good.
  const backfill = app.get(BackfillService).run();
  backfill.catch((error: unknown) => logger.error({ err: error }, 'the history could not be counted'));
  return {
    close: async () => {
      await incidents.close();
      await remediation.close();
      await worker.close();
      await delivery.close();
      await app.close();
    },
  };
}
