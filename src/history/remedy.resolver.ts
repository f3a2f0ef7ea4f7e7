/** What could be done about deaths and episodes. */
import { Context, Parent, ResolveField, Resolver } from '@nestjs/graphql';
import type { ProcessRef } from '../contract/index.js';
import { remediesOfDeath, remediesOfEpisode, type Remedy } from '../remedy/index.js';
import type { EpisodeRow, ProcessRow } from '../store/rows.js';
import type { OperationContext } from './context.js';
import type { VerdictView } from './verdict.view.js';

/** A remedy, and on which boot its process lives. */
interface RemedyView extends Remedy {
  readonly boot: number;
}

@Resolver('Verdict')
export class VerdictRemediesResolver {
  @ResolveField('remedies')
  async remedies(
    @Parent() { cause, death }: VerdictView,
    @Context() { loaders }: OperationContext,
  ): Promise<RemedyView[]> {
    const unit = (await loaders.process.load(death))?.unit ?? null;
    const restart = await loaders.restart.load(death);
    return remediesOfDeath({ cause, unit, restart }).map((remedy) => ({ ...remedy, boot: death.boot }));
  }
}

@Resolver('Episode')
export class EpisodeRemediesResolver {
  @ResolveField('remedies')
  remedies(@Parent() episode: EpisodeRow): RemedyView[] {
    const { boot, state, ended_at, pid, start_ns, parent_pid, parent_start_ns, wait_channel, signal } = episode;
    const remedies = remediesOfEpisode({
      state,
      isOpen: ended_at === null,
      process: refOf(pid, start_ns),
      parent: parent_pid === null || parent_start_ns === null ? null : refOf(parent_pid, parent_start_ns),
      waitChannel: wait_channel,
      signal,
    });
    return remedies.map((remedy) => ({ ...remedy, boot }));
  }
}

@Resolver('Remedy')
export class RemedyResolver {
  @ResolveField('process')
  process(
    @Parent() { boot, process }: RemedyView,
    @Context() { loaders }: OperationContext,
  ): Promise<ProcessRow | null> | null {
    return process && loaders.process.load({ boot, pid: process.pid, start_ns: BigInt(process.start) });
  }
}

function refOf(pid: number, start: bigint): ProcessRef {
  return { pid, start: String(start) };
}
