import { Module } from '@nestjs/common';
import { IncidentFeed } from './incident.feed.js';
import { IncidentLoaders } from './incident.loaders.js';
import { IncidentResolver, IncidentsResolver, NoticeResolver } from './incident.resolver.js';
import { IncidentService } from './incident.service.js';
import { SilenceResolver, SilencesResolver } from './silence.resolver.js';

/** The API's part: showing incidents and silences, and what people do about them. */
@Module({
  providers: [
    IncidentFeed,
    IncidentLoaders,
    IncidentResolver,
    IncidentService,
    IncidentsResolver,
    NoticeResolver,
    SilenceResolver,
    SilencesResolver,
  ],
  exports: [IncidentService],
})
export class IncidentModule {}
