import { Module } from '@nestjs/common';
import { AnswerService } from './answer.service.js';
import { AuditController } from './audit.controller.js';
import { AuditFeed } from './audit.feed.js';
import { AuditResolver, AuditsResolver } from './audit.resolver.js';
import { AuditService } from './audit.service.js';
import { AuditComparisonResolver } from './comparison.resolver.js';
import { FindingPages } from './finding.pages.js';
import { AuditCheckResolver, AuditFindingResolver, AuditHostResolver } from './finding.resolver.js';
import { AuditScheduleResolver, AuditSchedulesResolver } from './schedule.resolver.js';
import { ScheduleService } from './schedule.service.js';

/** The API's part: asking, showing, what agents answer. */
@Module({
  controllers: [AuditController],
  providers: [
    AnswerService,
    AuditCheckResolver,
    AuditComparisonResolver,
    AuditFeed,
    AuditFindingResolver,
    AuditHostResolver,
    AuditResolver,
    AuditScheduleResolver,
    AuditSchedulesResolver,
    AuditService,
    AuditsResolver,
    FindingPages,
    ScheduleService,
  ],
})
export class AuditModule {}

/** The worker's part: it ends what is due and begins what is scheduled. */
@Module({ providers: [AuditService, ScheduleService] })
export class AuditWorkerModule {}
