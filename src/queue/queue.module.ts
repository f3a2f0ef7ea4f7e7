import { Global, Module } from '@nestjs/common';
import { JobQueue } from './job.queue.js';

/** The only importer of BullMQ. */
@Global()
@Module({ providers: [JobQueue], exports: [JobQueue] })
export class QueueModule {}
