import { Args, Context, Mutation, Parent, Query, ResolveField, Resolver, Subscription } from '@nestjs/graphql';
import type {
  IncidentDeathsArgs,
  IncidentFilter,
  IncidentNoticesArgs,
  IncidentSummaryArgs,
  InputMaybe,
  MutationAcknowledgeIncidentArgs,
  MutationResolveIncidentArgs,
  QueryIncidentArgs,
  QueryIncidentsArgs,
  SubscriptionIncidentsArgs,
} from '../generated/graphql.js';
import { pageSize, toConnection, type Connection } from '../platform/connection.js';
import { cursorParts, decodeCursor, encodeCursor } from '../platform/cursor.js';
import { Failure } from '../platform/errors.js';
import { requireRole, type WithPrincipal } from '../platform/principal.js';
import { DeathStore } from '../store/death.store.js';
import { HostStore } from '../store/host.store.js';
import type { IncidentRow, NoticeRow, SilenceRow } from '../store/incident.rows.js';
import { IncidentStore, uuidPattern, type IncidentCriteria } from '../store/incident.store.js';
import { lifeId, parseLifeId, type DeathRow, type HostRow } from '../store/rows.js';
import { inLocale } from '../verdict/index.js';
import { IncidentFeed } from './incident.feed.js';
import { IncidentLoaders } from './incident.loaders.js';
import { IncidentService } from './incident.service.js';
import type { Notice } from './notice.js';
import { factsOf } from './tell.js';

/** What the edge's loaders can do for us. */
interface WithHosts {
  readonly loaders: { readonly host: { load(id: number): Promise<HostRow | null> } };
}

export interface LabelView {
  readonly key: string;
  readonly value: string;
}

@Resolver()
export class IncidentsResolver {
  constructor(
    private readonly store: IncidentStore,
    private readonly service: IncidentService,
    private readonly feed: IncidentFeed,
    private readonly hosts: HostStore,
  ) {}

  @Query('incident')
  incident(@Args() { id }: QueryIncidentArgs): Promise<IncidentRow | null> {
    return this.store.byId(id);
  }

  @Query('incidents')
  async incidents(@Args() { filter, first, after }: QueryIncidentsArgs): Promise<Connection<IncidentRow>> {
    const size = pageSize(first);
    const key = decodeCursor('incidents', after, [cursorParts.milliseconds, uuidPattern]);
    const position = key && { opened_at: new Date(Number(key[0])), id: key[1]! };
    const rows = await this.store.page(await this.criteria(filter), position, size + 1);
    return toConnection(rows, size, ({ opened_at, id }) => encodeCursor('incidents', [opened_at.getTime(), id]));
  }

  @Subscription('incidents')
  async told(@Args() { filter }: SubscriptionIncidentsArgs) {
    return this.feed.subscribe(await this.criteria(filter));
  }

  @Mutation('acknowledgeIncident')
  acknowledge(
    @Args() { id }: MutationAcknowledgeIncidentArgs,
    @Context() context: WithPrincipal,
  ): Promise<IncidentRow> {
    return this.service.acknowledge(id, requireRole(context, 'operator'));
  }

  @Mutation('resolveIncident')
  resolve(@Args() { id }: MutationResolveIncidentArgs, @Context() context: WithPrincipal): Promise<IncidentRow> {
    return this.service.resolve(id, requireRole(context, 'operator'));
  }

  private async criteria(filter: InputMaybe<IncidentFilter> | undefined): Promise<IncidentCriteria> {
    const { host, ...where } = filter ?? {};
    if (host === null || host === undefined) return where;
    const known = await this.hosts.byName(host);
    if (known) return { ...where, hostId: known.id };
    const detail = `No host named ${JSON.stringify(host)} is enrolled.`;
    throw new Failure({ code: 'incident/unknown-host', status: 404, detail });
  }
}

@Resolver('Incident')
export class IncidentResolver {
  constructor(
    private readonly store: IncidentStore,
    private readonly deathStore: DeathStore,
    private readonly loaders: IncidentLoaders,
  ) {}

  @ResolveField('title')
  title(@Parent() incident: IncidentRow, @Args() { locale }: IncidentSummaryArgs): string {
    return inLocale(factsOf(incident).title, locale);
  }

  @ResolveField('summary')
  summary(@Parent() { summary, summary_zh }: IncidentRow, @Args() { locale }: IncidentSummaryArgs): string {
    return inLocale({ en: summary, zh: summary_zh }, locale);
  }

  @ResolveField('host')
  async host(@Parent() { host_id }: IncidentRow, @Context() { loaders }: WithHosts): Promise<HostRow | null> {
    return host_id === null ? null : loaders.host.load(host_id);
  }

  @ResolveField('labels')
  labels(@Parent() { labels }: IncidentRow): LabelView[] {
    return labelViews(labels);
  }

  @ResolveField('openedAt')
  openedAt(@Parent() incident: IncidentRow): Date {
    return incident.opened_at;
  }

  @ResolveField('updatedAt')
  updatedAt(@Parent() incident: IncidentRow): Date {
    return incident.updated_at;
  }

  @ResolveField('resolvedAt')
  resolvedAt(@Parent() incident: IncidentRow): Date | null {
    return incident.resolved_at;
  }

  @ResolveField('acknowledgedBy')
  acknowledgedBy(@Parent() incident: IncidentRow): string | null {
    return incident.acknowledged_by;
  }

  @ResolveField('resolvedBy')
  resolvedBy(@Parent() incident: IncidentRow): string | null {
    return incident.resolved_by;
  }

  @ResolveField('mergedInto')
  mergedInto(@Parent() { merged_into }: IncidentRow): Promise<IncidentRow | null> | null {
    return merged_into === null ? null : this.loaders.incident.load(merged_into);
  }

  @ResolveField('silencedBy')
  silencedBy(@Parent() { silence_id }: IncidentRow): Promise<SilenceRow | null> | null {
    return silence_id === null ? null : this.loaders.silence.load(silence_id);
  }

  @ResolveField('deaths')
  async deaths(
    @Parent() incident: IncidentRow,
    @Args() { first, after }: IncidentDeathsArgs,
  ): Promise<Connection<DeathRow>> {
    const list = 'incident-deaths';
    const size = pageSize(first);
    const key = decodeCursor(list, after, [cursorParts.milliseconds, cursorParts.text]);
    const position = key && { at: new Date(Number(key[0])), ref: key[1]! };
    const members = await this.store.members(incident, 'DEATH', position, size + 1);
    const rows = await this.deathStore.byKeys(members.flatMap(({ ref }) => parseLifeId(ref) ?? []));
    const byId = new Map(rows.map((row) => [lifeId(row), row]));
    // History expires before incidents do.
    const known = members.flatMap(({ ref }) => byId.get(ref) ?? []);
    return toConnection(known, size, (row) => encodeCursor(list, [row.died_at.getTime(), lifeId(row)]));
  }

  @ResolveField('notices')
  async notices(
    @Parent() { id }: IncidentRow,
    @Args() { first, after }: IncidentNoticesArgs,
  ): Promise<Connection<NoticeRow>> {
    const list = 'incident-notices';
    const size = pageSize(first);
    const key = decodeCursor(list, after, [cursorParts.bigint]);
    const rows = await this.store.notices(id, key && BigInt(key[0]!), size + 1);
    return toConnection(rows, size, ({ position }) => encodeCursor(list, [position]));
  }
}

@Resolver('Notice')
export class NoticeResolver {
  @ResolveField('title')
  title(@Parent() notice: NoticeRow, @Args() { locale }: IncidentSummaryArgs): string {
    return inLocale(bodyOf(notice).incident.title, locale);
  }

  @ResolveField('summary')
  summary(@Parent() notice: NoticeRow, @Args() { locale }: IncidentSummaryArgs): string {
    return inLocale(bodyOf(notice).incident.summary, locale);
  }

  @ResolveField('count')
  count(@Parent() notice: NoticeRow): number {
    return bodyOf(notice).incident.count;
  }
}

/** Times in it are text. */
function bodyOf({ body }: NoticeRow): Pick<Notice, 'incident'> {
  return body as Pick<Notice, 'incident'>;
}

export function labelViews(labels: Readonly<Record<string, string>>): LabelView[] {
  return Object.entries(labels).map(([key, value]) => ({ key, value }));
}
