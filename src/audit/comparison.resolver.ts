import { Args, Parent, ResolveField, Resolver } from '@nestjs/graphql';
import type { AuditComparisonFindingsArgs } from '../generated/graphql.js';
import type { Connection } from '../platform/connection.js';
import type { AuditProgressRow, ComparisonRow, FindingRow } from '../store/audit.rows.js';
import { FindingPages } from './finding.pages.js';

export interface ComparisonView extends ComparisonRow {
  readonly audit: AuditProgressRow;
  readonly with: AuditProgressRow;
}

@Resolver('AuditComparison')
export class AuditComparisonResolver {
  constructor(private readonly pages: FindingPages) {}

  @ResolveField('newCount')
  newCount(@Parent() { new_count }: ComparisonView): number {
    return new_count;
  }

  @ResolveField('goneCount')
  goneCount(@Parent() { gone_count }: ComparisonView): number {
    return gone_count;
  }

  @ResolveField('stillCount')
  stillCount(@Parent() { still_count }: ComparisonView): number {
    return still_count;
  }

  @ResolveField('findings')
  findings(
    @Parent() { audit, with: other }: ComparisonView,
    @Args() { change, ...args }: AuditComparisonFindingsArgs,
  ): Promise<Connection<FindingRow>> {
    const [here, there] = change === 'GONE' ? [other, audit] : [audit, other];
    return this.pages.of(here.id, args, { audit: there.id, has: change === 'STILL' });
  }
}
