import { Module } from '@nestjs/common';
import { AnchorService } from './anchor.service.js';
import { DispatchService } from './dispatch.service.js';
import { ExpireService } from './expire.service.js';
import { PolicyScheduler } from './policy.scheduler.js';

/** The worker's part: it alone signs. */
@Module({ providers: [AnchorService, DispatchService, ExpireService, PolicyScheduler] })
export class RemediationWorkerModule {}
