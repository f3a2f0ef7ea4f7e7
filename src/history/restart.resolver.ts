/** Who started it again. */
import { Context, Parent, ResolveField, Resolver } from '@nestjs/graphql';
import type { RestartKind } from '../generated/graphql.js';
import type { DeathRow, LifeKey, ProcessRow } from '../store/rows.js';
import type { ProcessFacts, Restart } from '../verdict/index.js';
import type { OperationContext } from './context.js';
import { milliseconds } from './death.resolver.js';
import { enumName } from './enum-name.js';

export interface RestartView extends Pick<Restart, 'recently' | 'isLoop'> {
  readonly death: DeathRow;
  readonly restart: Restart;
}

@Resolver('Death')
export class DeathRestartResolver {
  @ResolveField('restart')
  async restart(@Parent() death: DeathRow, @Context() { loaders }: OperationContext): Promise<RestartView | null> {
    const restart = await loaders.restart.load(death);
    return restart && { death, restart, recently: restart.recently, isLoop: restart.isLoop };
  }
}

@Resolver('Restart')
export class RestartResolver {
  @ResolveField('kind')
  kind(@Parent() { restart }: RestartView): RestartKind {
    return enumName(restart.kind) as RestartKind;
  }

  @ResolveField('process')
  process(@Parent() { death, restart }: RestartView, @Context() { loaders }: OperationContext) {
    return loaders.process.load(lifeOf(death, restart.life.process));
  }

  @ResolveField('by')
  async by(
    @Parent() { death, restart }: RestartView,
    @Context() { loaders }: OperationContext,
  ): Promise<ProcessRow | null> {
    return restart.by && loaders.actor.load({ ...lifeOf(death, restart.by), at_ns: restart.life.startedAt });
  }

  @ResolveField('at')
  at(@Parent() { death, restart }: RestartView): Date {
    return new Date(death.booted_at.getTime() + Number(restart.life.startedAt / 1_000_000n));
  }

  @ResolveField('delay')
  delay(@Parent() { death, restart }: RestartView): number {
    return milliseconds(restart.life.startedAt - death.died_ns);
  }
}

function lifeOf({ boot }: DeathRow, { ref }: ProcessFacts): LifeKey {
  return { boot, pid: ref.pid, start_ns: BigInt(ref.start) };
}
