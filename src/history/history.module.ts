import { Module } from '@nestjs/common';
import { BootEndingResolver, BootResolver, HostBootsResolver } from './boot.resolver.js';
import { EpisodeFeed } from './episode.feed.js';
import { EpisodeResolver, EpisodesResolver, ProcessEpisodesResolver } from './episode.resolver.js';
import { CoreDumpResolver, DeathEvidenceResolver, KernelLogLineResolver } from './evidence.resolver.js';
import { DeathFeed } from './death.feed.js';
import { DeathCountResolver } from './death-count.resolver.js';
import { DeathCountService } from './death-count.service.js';
import { ActorResolver, DeathResolver, LossResolver, VerdictResolver } from './death.resolver.js';
import { ExportController } from './export/export.controller.js';
import { ExportService } from './export/export.service.js';
import { Filters } from './filters.js';
import { HostResolver } from './host.resolver.js';
import { LedgerResolver } from './ledger.resolver.js';
import { LoaderFactory } from './loaders.js';
import { HostGapsResolver, ThrottleResolver } from './loss.resolver.js';
import { LoginResolver } from './login.resolver.js';
import { OomReportResolver, OomTaskResolver } from './oom.resolver.js';
import { ProcessResolver } from './process.resolver.js';
import { QueryResolver } from './query.resolver.js';
import { EpisodeRemediesResolver, RemedyResolver, VerdictRemediesResolver } from './remedy.resolver.js';
import { DeathRestartResolver, RestartResolver } from './restart.resolver.js';
import { DeathShotResolver } from './same-shot.resolver.js';
import { SignalResolver } from './signal.resolver.js';
import { WhoKilledService } from './who-killed.service.js';

@Module({
  controllers: [ExportController],
  providers: [
    ActorResolver,
    BootEndingResolver,
    BootResolver,
    CoreDumpResolver,
    DeathCountResolver,
    DeathCountService,
    DeathEvidenceResolver,
    DeathFeed,
    DeathResolver,
    DeathRestartResolver,
    DeathShotResolver,
    EpisodeFeed,
    EpisodeRemediesResolver,
    EpisodeResolver,
    EpisodesResolver,
    ExportService,
    Filters,
    HostBootsResolver,
    HostGapsResolver,
    HostResolver,
    LedgerResolver,
    KernelLogLineResolver,
    LoaderFactory,
    LoginResolver,
    LossResolver,
    OomReportResolver,
    OomTaskResolver,
    ProcessEpisodesResolver,
    ProcessResolver,
    QueryResolver,
    RemedyResolver,
    RestartResolver,
    SignalResolver,
    ThrottleResolver,
    VerdictRemediesResolver,
    VerdictResolver,
    WhoKilledService,
  ],
  exports: [LoaderFactory],
})
export class HistoryModule {}
