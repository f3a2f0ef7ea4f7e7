import { Args, Context, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import type { QueryDeathCountsArgs } from '../generated/graphql.js';
import type { DeathGroup } from '../store/death-count.store.js';
import type { HostRow } from '../store/rows.js';
import type { OperationContext } from './context.js';
import { DeathCountService } from './death-count.service.js';
import { Filters } from './filters.js';
import { shownCount, signalView } from './signal.resolver.js';

const hourMs = 3_600_000;

@Resolver('DeathCount')
export class DeathCountResolver {
  constructor(
    private readonly counts: DeathCountService,
    private readonly filters: Filters,
  ) {}

  @Query('deathCounts')
  async deathCounts(@Args() { filter, groupBy, bucket }: QueryDeathCountsArgs): Promise<DeathGroup[]> {
    const where = await this.filters.deaths(filter);
    return this.counts.count(where, { by: groupBy, bucketHours: bucket ?? null });
  }

  @ResolveField('bucket')
  bucket(@Parent() { bucket }: DeathGroup): Date | null {
    return bucket === null ? null : new Date(bucket * hourMs);
  }

  @ResolveField('host')
  async host(@Parent() group: DeathGroup, @Context() { loaders }: OperationContext): Promise<HostRow | null> {
    return group.host_id === null ? null : loaders.host.load(group.host_id);
  }

  @ResolveField('signal')
  signal(@Parent() { signal }: DeathGroup): { number: number; name: string } | null {
    return signal === null ? null : signalView(signal);
  }

  @ResolveField('count')
  count(@Parent() { count }: DeathGroup): number {
    return shownCount(count);
  }
}
