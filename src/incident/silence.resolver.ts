import { Args, Context, Mutation, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import type {
  MutationCreateSilenceArgs,
  MutationEndSilenceArgs,
  QuerySilencesArgs,
  SilenceState,
} from '../generated/graphql.js';
import { pageSize, toConnection, type Connection } from '../platform/connection.js';
import { cursorParts, decodeCursor, encodeCursor } from '../platform/cursor.js';
import { requireRole, type WithPrincipal } from '../platform/principal.js';
import type { SilenceRow } from '../store/incident.rows.js';
import { IncidentStore, uuidPattern } from '../store/incident.store.js';
import { labelViews, type LabelView } from './incident.resolver.js';
import { IncidentService } from './incident.service.js';

export const silenceStates = ['FUTURE', 'ACTIVE', 'OVER'] as const;

@Resolver()
export class SilencesResolver {
  constructor(
    private readonly store: IncidentStore,
    private readonly service: IncidentService,
  ) {}

  @Query('silences')
  async silences(@Args() { state, first, after }: QuerySilencesArgs): Promise<Connection<SilenceRow>> {
    const size = pageSize(first);
    const key = decodeCursor('silences', after, [cursorParts.milliseconds, uuidPattern]);
    const position = key && { created_at: new Date(Number(key[0])), id: key[1]! };
    const rows = await this.store.silences(state ?? null, position, size + 1);
    return toConnection(rows, size, ({ created_at, id }) => encodeCursor('silences', [created_at.getTime(), id]));
  }

  @Mutation('createSilence')
  create(@Args() { input }: MutationCreateSilenceArgs, @Context() context: WithPrincipal): Promise<SilenceRow> {
    return this.service.silence(input, requireRole(context, 'operator'));
  }

  @Mutation('endSilence')
  end(@Args() { id }: MutationEndSilenceArgs, @Context() context: WithPrincipal): Promise<SilenceRow> {
    return this.service.endSilence(id, requireRole(context, 'operator'));
  }
}

@Resolver('Silence')
export class SilenceResolver {
  @ResolveField('state')
  state(@Parent() { starts_at, ends_at }: SilenceRow): SilenceState {
    const now = new Date();
    if (ends_at <= now) return 'OVER';
    return starts_at > now ? 'FUTURE' : 'ACTIVE';
  }

  @ResolveField('labels')
  labels(@Parent() { labels }: SilenceRow): LabelView[] {
    return labelViews(labels);
  }

  @ResolveField('startsAt')
  startsAt(@Parent() silence: SilenceRow): Date {
    return silence.starts_at;
  }

  @ResolveField('endsAt')
  endsAt(@Parent() silence: SilenceRow): Date {
    return silence.ends_at;
  }

  @ResolveField('createdBy')
  createdBy(@Parent() silence: SilenceRow): string {
    return silence.created_by;
  }

  @ResolveField('createdAt')
  createdAt(@Parent() silence: SilenceRow): Date {
    return silence.created_at;
  }

  @ResolveField('endedBy')
  endedBy(@Parent() silence: SilenceRow): string | null {
    return silence.ended_by;
  }
}
