import { Module } from '@nestjs/common';
import { DeathFeed } from './death.feed.js';
import { ActorResolver, DeathResolver, LossResolver, VerdictResolver } from './death.resolver.js';
import { Filters } from './filters.js';
import { HostResolver } from './host.resolver.js';
import { LedgerResolver } from './ledger.resolver.js';
import { LoaderFactory } from './loaders.js';
import { LoginResolver } from './login.resolver.js';
import { ProcessResolver } from './process.resolver.js';
import { QueryResolver } from './query.resolver.js';
import { SignalResolver } from './signal.resolver.js';
import { WhoKilledService } from './who-killed.service.js';

@Module({
  providers: [
    ActorResolver,
    DeathFeed,
    DeathResolver,
    Filters,
    HostResolver,
    LedgerResolver,
    LoaderFactory,
    LoginResolver,
    LossResolver,
    ProcessResolver,
    QueryResolver,
    SignalResolver,
    VerdictResolver,
    WhoKilledService,
  ],
  exports: [LoaderFactory],
})
export class HistoryModule {}
