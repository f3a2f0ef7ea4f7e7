import { Global, Module } from '@nestjs/common';
import { JobDesk } from '../queue/job-desk.js';
import { ActorJobResolver } from './actor.resolver.js';
import { CommandController } from './command.controller.js';
import { JobExecutionResolver } from './execution.resolver.js';
import { JobController } from './job.controller.js';
import { JobFeed } from './job.feed.js';
import { JobLoaders } from './job.loaders.js';
import { JobApprovalResolver, JobResolver, JobsResolver } from './job.resolver.js';
import { JobService } from './job.service.js';
import { PassiveResolver } from './passive.resolver.js';
import {
  PoliciesResolver,
  PolicyResolver,
  PolicySimulationResolver,
  PolicyTurnResolver,
  PolicyWhereResolver,
} from './policy.resolver.js';
import { PolicyService } from './policy.service.js';
import { ReportService } from './report.service.js';
import { RequestService } from './request.service.js';
import { CommandStreams } from './streams.js';

/** The API's part: asking, showing, streams to agents and what they report. It cannot sign. */
@Global()
@Module({
  controllers: [CommandController, JobController],
  providers: [
    ActorJobResolver,
    CommandStreams,
    JobApprovalResolver,
    JobExecutionResolver,
    JobFeed,
    JobLoaders,
    JobResolver,
    JobsResolver,
    JobService,
    PassiveResolver,
    PoliciesResolver,
    PolicyResolver,
    PolicyService,
    PolicySimulationResolver,
    PolicyTurnResolver,
    PolicyWhereResolver,
    ReportService,
    RequestService,
    { provide: JobDesk, useExisting: JobService },
  ],
  exports: [JobDesk],
})
export class RemediationModule {}
