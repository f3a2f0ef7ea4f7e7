import { Args, Context, Parent, Query, ResolveField, Resolver, Subscription } from '@nestjs/graphql';
import type {
  EpisodeState,
  ProcessEpisodesArgs,
  QueryEpisodesArgs,
  SubscriptionEpisodesArgs,
} from '../generated/graphql.js';
import { EpisodeStore, type EpisodeCriteria } from '../store/episode.store.js';
import { episodeId, type EpisodeRow, type HostRow, type ProcessRow } from '../store/rows.js';
import { pageSize, toConnection, type Connection } from '../platform/connection.js';
import type { OperationContext } from './context.js';
import { afterEpisode, episodeCursor } from './episode.cursor.js';
import { EpisodeFeed } from './episode.feed.js';
import { Filters } from './filters.js';
import { signalView } from './signal.resolver.js';

@Resolver()
export class EpisodesResolver {
  constructor(
    private readonly episodeStore: EpisodeStore,
    private readonly feed: EpisodeFeed,
    private readonly filters: Filters,
  ) {}

  @Query('episodes')
  async episodes(@Args() { filter, ...page }: QueryEpisodesArgs): Promise<Connection<EpisodeRow>> {
    return episodePage(this.episodeStore, 'episodes', await this.filters.episodes(filter), page);
  }

  @Subscription('episodes')
  async told(@Args() { filter }: SubscriptionEpisodesArgs) {
    return this.feed.subscribe(await this.filters.episodes(filter));
  }
}

@Resolver('Process')
export class ProcessEpisodesResolver {
  constructor(private readonly episodeStore: EpisodeStore) {}

  @ResolveField('episodes')
  episodes(@Parent() process: ProcessRow, @Args() page: ProcessEpisodesArgs): Promise<Connection<EpisodeRow>> {
    return episodePage(this.episodeStore, 'process-episodes', { process }, page);
  }
}

async function episodePage(
  store: EpisodeStore,
  list: string,
  where: EpisodeCriteria,
  { first, after }: ProcessEpisodesArgs,
): Promise<Connection<EpisodeRow>> {
  const size = pageSize(first);
  const rows = await store.page(where, afterEpisode(list, after), size + 1);
  return toConnection(rows, size, (row) => episodeCursor(list, row));
}

@Resolver('Episode')
export class EpisodeResolver {
  @ResolveField('id')
  id(@Parent() episode: EpisodeRow): string {
    return episodeId(episode);
  }

  @ResolveField('host')
  host(@Parent() episode: EpisodeRow, @Context() { loaders }: OperationContext): Promise<HostRow | null> {
    return loaders.host.load(episode.host_id);
  }

  @ResolveField('process')
  process(@Parent() episode: EpisodeRow, @Context() { loaders }: OperationContext): Promise<ProcessRow | null> {
    return loaders.process.load(episode);
  }

  @ResolveField('state')
  state(@Parent() episode: EpisodeRow): EpisodeState {
    return episode.state.toUpperCase() as EpisodeState;
  }

  @ResolveField('startedAt')
  startedAt(@Parent() episode: EpisodeRow): Date {
    return episode.started_at;
  }

  @ResolveField('endedAt')
  endedAt(@Parent() episode: EpisodeRow): Date | null {
    return episode.ended_at;
  }

  @ResolveField('duration')
  duration(@Parent() episode: EpisodeRow): number | null {
    return episode.ended_at && episode.ended_at.getTime() - episode.started_at.getTime();
  }

  @ResolveField('parent')
  async parent(@Parent() episode: EpisodeRow, @Context() { loaders }: OperationContext): Promise<ProcessRow | null> {
    const { boot, parent_pid: pid, parent_start_ns: start_ns } = episode;
    return pid === null || start_ns === null ? null : loaders.process.load({ boot, pid, start_ns });
  }

  @ResolveField('waitChannel')
  waitChannel(@Parent() episode: EpisodeRow): string | null {
    return episode.wait_channel;
  }

  @ResolveField('signal')
  signal(@Parent() episode: EpisodeRow): { number: number; name: string } | null {
    return episode.signal === null ? null : signalView(episode.signal);
  }

  /** As it was when it stopped it. */
  @ResolveField('sender')
  async sender(@Parent() episode: EpisodeRow, @Context() { loaders }: OperationContext): Promise<ProcessRow | null> {
    const { boot, sender_pid: pid, sender_start_ns: start_ns, since_ns: at_ns } = episode;
    return pid === null || start_ns === null ? null : loaders.actor.load({ boot, pid, start_ns, at_ns });
  }
}
