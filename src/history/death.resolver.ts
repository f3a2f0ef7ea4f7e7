import { Args, Context, Parent, ResolveField, Resolver, Subscription } from '@nestjs/graphql';
import type { SubscriptionDeathsArgs, VerdictSummaryArgs } from '../generated/graphql.js';
import type { ActorRow, DeathRow, HostRow, LoginRow, LossRow, ProcessRow } from '../store/rows.js';
import { lifeId } from '../store/rows.js';
import { inLocale } from '../verdict/index.js';
import type { OperationContext } from './context.js';
import { DeathFeed } from './death.feed.js';
import { Filters } from './filters.js';
import { loginOf } from './login.js';
import { shownCount, signalView } from './signal.resolver.js';
import { verdictOf, type VerdictView } from './verdict.view.js';

@Resolver('Death')
export class DeathResolver {
  constructor(
    private readonly feed: DeathFeed,
    private readonly filters: Filters,
  ) {}

  @Subscription('deaths')
  async deaths(@Args() { filter }: SubscriptionDeathsArgs) {
    return this.feed.subscribe(await this.filters.deaths(filter));
  }

  @ResolveField('id')
  id(@Parent() death: DeathRow): string {
    return lifeId(death);
  }

  @ResolveField('host')
  host(@Parent() death: DeathRow, @Context() { loaders }: OperationContext): Promise<HostRow | null> {
    return loaders.host.load(death.host_id);
  }

  @ResolveField('process')
  process(@Parent() death: DeathRow, @Context() { loaders }: OperationContext): Promise<ProcessRow | null> {
    return loaders.process.load(death);
  }

  @ResolveField('diedAt')
  diedAt(@Parent() death: DeathRow): Date {
    return death.died_at;
  }

  @ResolveField('exitCode')
  exitCode(@Parent() death: DeathRow): number | null {
    return death.exit_code;
  }

  @ResolveField('signal')
  signal(@Parent() death: DeathRow): { number: number; name: string } | null {
    return death.signal === null ? null : signalView(death.signal);
  }

  @ResolveField('coreDumped')
  coreDumped(@Parent() death: DeathRow): boolean {
    return death.core_dumped;
  }

  @ResolveField('runTime')
  runTime(@Parent() death: DeathRow): number | null {
    return death.reconstructed ? null : milliseconds(death.died_ns - death.start_ns);
  }

  @ResolveField('cpuTime')
  cpuTime(@Parent() death: DeathRow): number | null {
    return death.cpu_ns === null ? null : milliseconds(death.cpu_ns);
  }

  @ResolveField('peakRss')
  peakRss(@Parent() death: DeathRow): number | null {
    return death.peak_rss_bytes === null ? null : Number(death.peak_rss_bytes);
  }

  @ResolveField('verdict')
  verdict(@Parent() death: DeathRow, @Context() { loaders }: OperationContext): Promise<VerdictView> {
    return verdictOf(death, loaders);
  }

  @ResolveField('losses')
  losses(@Parent() death: DeathRow, @Context() { loaders }: OperationContext): Promise<LossRow[]> {
    return loaders.losses.load(death);
  }
}

export function milliseconds(nanoseconds: bigint): number {
  return Number(nanoseconds / 1_000n) / 1_000;
}

@Resolver('Verdict')
export class VerdictResolver {
  @ResolveField('summary')
  summary(@Parent() verdict: VerdictView, @Args() { locale }: VerdictSummaryArgs): string {
    return inLocale(verdict.summary, locale);
  }

  @ResolveField('actor')
  async actor(@Parent() { actor, death }: VerdictView, @Context() { loaders }: OperationContext): Promise<ActorRow> {
    const { kind, moment } = actor;
    return {
      kind,
      process: moment && (await loaders.actor.load(moment)),
      at_ns: moment && moment.at_ns,
      victim: death,
    };
  }
}

@Resolver('Actor')
export class ActorResolver {
  @ResolveField('ancestry')
  async ancestry(@Parent() actor: ActorRow, @Context() { loaders }: OperationContext): Promise<ProcessRow[]> {
    return actor.process ? loaders.ancestry.load(actor.process) : [];
  }

  @ResolveField('login')
  login(@Parent() actor: ActorRow): LoginRow | null {
    return actor.process && loginOf(actor.process);
  }
}

@Resolver('Loss')
export class LossResolver {
  @ResolveField('count')
  count(@Parent() loss: LossRow): number | null {
    return loss.count === null ? null : shownCount(loss.count);
  }
}
