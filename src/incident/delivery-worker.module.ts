import { Module } from '@nestjs/common';
import { DeliveryService } from './delivery.service.js';

/** The worker's part: it alone sends. */
@Module({ providers: [DeliveryService], exports: [DeliveryService] })
export class DeliveryWorkerModule {}
