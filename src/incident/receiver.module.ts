import { Module } from '@nestjs/common';
import { AcknowledgeService } from './acknowledge.service.js';
import { DeliveryLoaders } from './delivery.loaders.js';
import { DeliveriesResolver, DeliveryAttemptResolver, DeliveryResolver } from './delivery.resolver.js';
import { InboundController } from './inbound.controller.js';
import { InboundService } from './inbound.service.js';
import { HookResolver, ReceiverResolver, ReceiversResolver, RouteResolver } from './receiver.resolver.js';
import { IncidentModule } from './incident.module.js';
import { ReceiverService } from './receiver.service.js';

/** The API's part of telling the outside, and being told by it: receivers, routes, the log, hooks. It sends nothing. */
@Module({
  imports: [IncidentModule],
  controllers: [InboundController],
  providers: [
    AcknowledgeService,
    DeliveriesResolver,
    DeliveryAttemptResolver,
    DeliveryLoaders,
    DeliveryResolver,
    HookResolver,
    InboundService,
    ReceiverResolver,
    ReceiverService,
    ReceiversResolver,
    RouteResolver,
  ],
})
export class ReceiverModule {}
