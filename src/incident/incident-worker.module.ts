import { Module } from '@nestjs/common';
import { WatchService } from './watch.service.js';

/** The worker's part: it groups, tells and resolves. */
@Module({ providers: [WatchService] })
export class IncidentWorkerModule {}
