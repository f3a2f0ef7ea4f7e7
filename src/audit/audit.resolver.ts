import { Args, Context, Mutation, Parent, Query, ResolveField, Resolver, Subscription } from '@nestjs/graphql';
import type {
  AuditCompareWithArgs,
  AuditFindingsArgs,
  AuditHostsArgs,
  MutationRunAuditArgs,
  MutationStopAuditArgs,
  QueryAuditArgs,
  QueryAuditsArgs,
  SubscriptionAuditsArgs,
} from '../generated/graphql.js';
import { pageSize, toConnection, type Connection } from '../platform/connection.js';
import { cursorParts, decodeCursor, encodeCursor } from '../platform/cursor.js';
import { requireRole, type WithPrincipal } from '../platform/principal.js';
import type { AuditHostRow, AuditProgressRow, FindingCountRow, FindingRow } from '../store/audit.rows.js';
import { auditIdPattern, AuditStore } from '../store/audit.store.js';
import { AuditFeed } from './audit.feed.js';
import { AuditService, unknownAudit } from './audit.service.js';
import { isCheckName, type CheckName } from './checks.js';
import type { ComparisonView } from './comparison.resolver.js';
import { FindingPages } from './finding.pages.js';

@Resolver()
export class AuditsResolver {
  constructor(
    private readonly store: AuditStore,
    private readonly service: AuditService,
    private readonly feed: AuditFeed,
  ) {}

  @Query('audit')
  audit(@Args() { id }: QueryAuditArgs): Promise<AuditProgressRow | null> {
    return this.store.byId(id);
  }

  @Query('audits')
  async audits(@Args() { filter, first, after }: QueryAuditsArgs): Promise<Connection<AuditProgressRow>> {
    const size = pageSize(first);
    const key = decodeCursor('audits', after, [cursorParts.milliseconds, auditIdPattern]);
    const position = key && { created_at: new Date(Number(key[0])), id: key[1]! };
    const rows = await this.store.page(filter ?? {}, position, size + 1);
    return toConnection(rows, size, ({ created_at, id }) => encodeCursor('audits', [created_at.getTime(), id]));
  }

  @Subscription('audits')
  told(@Args() { filter }: SubscriptionAuditsArgs) {
    return this.feed.subscribe(filter ?? {});
  }

  @Mutation('runAudit')
  runAudit(@Args() { input }: MutationRunAuditArgs, @Context() context: WithPrincipal): Promise<AuditProgressRow> {
    return this.service.run(input, requireRole(context, 'operator').name);
  }

  @Mutation('stopAudit')
  stopAudit(@Args() { id }: MutationStopAuditArgs, @Context() context: WithPrincipal): Promise<AuditProgressRow> {
    requireRole(context, 'operator');
    return this.service.stop(id);
  }
}

@Resolver('Audit')
export class AuditResolver {
  constructor(
    private readonly store: AuditStore,
    private readonly pages: FindingPages,
  ) {}

  @ResolveField('requestedBy')
  requestedBy(@Parent() audit: AuditProgressRow): string {
    return audit.requested_by;
  }

  @ResolveField('requestedAt')
  requestedAt(@Parent() audit: AuditProgressRow): Date {
    return audit.created_at;
  }

  @ResolveField('expiresAt')
  expiresAt(@Parent() audit: AuditProgressRow): Date {
    return audit.expires_at;
  }

  @ResolveField('endedAt')
  endedAt(@Parent() audit: AuditProgressRow): Date | null {
    return audit.ended_at;
  }

  @ResolveField('checks')
  checks(@Parent() audit: AuditProgressRow): CheckName[] {
    return audit.checks.filter(isCheckName);
  }

  @ResolveField('filter')
  filter(@Parent() audit: AuditProgressRow): string | null {
    return audit.filter && JSON.stringify(audit.filter);
  }

  @ResolveField('hostCount')
  hostCount(@Parent() audit: AuditProgressRow): number {
    return audit.hosts;
  }

  @ResolveField('answeredCount')
  answeredCount(@Parent() audit: AuditProgressRow): number {
    return audit.answered;
  }

  @ResolveField('refusedCount')
  refusedCount(@Parent() audit: AuditProgressRow): number {
    return audit.refused;
  }

  @ResolveField('progress')
  progress(@Parent() { hosts, answered, refused }: AuditProgressRow): number {
    return hosts === 0 ? 100 : ((answered + refused) / hosts) * 100;
  }

  @ResolveField('hosts')
  async hosts(
    @Parent() { id }: AuditProgressRow,
    @Args() { state, first, after }: AuditHostsArgs,
  ): Promise<Connection<AuditHostRow>> {
    const size = pageSize(first);
    const key = decodeCursor('auditHosts', after, [cursorParts.int]);
    const rows = await this.store.hosts(id, state ?? null, Number(key?.[0] ?? 0), size + 1);
    return toConnection(rows, size, ({ host_id }) => encodeCursor('auditHosts', [host_id]));
  }

  @ResolveField('findings')
  findings(@Parent() { id }: AuditProgressRow, @Args() args: AuditFindingsArgs): Promise<Connection<FindingRow>> {
    return this.pages.of(id, args, null);
  }

  @ResolveField('findingCounts')
  findingCounts(@Parent() { id }: AuditProgressRow): Promise<FindingCountRow[]> {
    return this.store.findingCounts(id);
  }

  /** @throws Failure `audit/unknown-audit` (404). */
  @ResolveField('compareWith')
  async compareWith(
    @Parent() audit: AuditProgressRow,
    @Args() { id }: AuditCompareWithArgs,
  ): Promise<ComparisonView | null> {
    const other = id == null ? await this.store.before(audit) : await this.store.byId(id);
    if (other === null && id != null) throw unknownAudit();
    return other && { audit, with: other, ...(await this.store.compare(audit.id, other.id)) };
  }
}
