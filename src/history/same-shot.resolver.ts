/** The other victims of the same shot. */
import { Args, Context, Parent, ResolveField, Resolver } from '@nestjs/graphql';
import type { DeathSameShotArgs } from '../generated/graphql.js';
import type { DeathRow, SignalRow } from '../store/rows.js';
import { ShotStore } from '../store/shot.store.js';
import { pageSize, toConnection, type Connection } from '../platform/connection.js';
import type { OperationContext } from './context.js';
import { afterSignal, signalCursor } from './signal.cursor.js';

const list = 'same-shot';

@Resolver('Death')
export class DeathShotResolver {
  constructor(private readonly shots: ShotStore) {}

  @ResolveField('sameShot')
  async sameShot(
    @Parent() death: DeathRow,
    @Args() { first, after }: DeathSameShotArgs,
    @Context() { loaders }: OperationContext,
  ): Promise<Connection<SignalRow>> {
    const size = pageSize(first);
    const position = afterSignal(list, after);
    const facts = await loaders.facts.load(death);
    const rows = facts === null ? [] : await this.shots.page(death, facts, position, size + 1);
    return toConnection(rows, size, (row) => signalCursor(list, row));
  }
}
