/** What is known to be missing of a host's history. */
import { Args, Parent, ResolveField, Resolver } from '@nestjs/graphql';
import type { HostLossesArgs } from '../generated/graphql.js';
import { LossStore, type GapPosition } from '../store/loss.store.js';
import type { HostRow, LossRow, ThrottleRow } from '../store/rows.js';
import { pageSize, toConnection, type Connection } from '../platform/connection.js';
import { cursorParts, decodeCursor, encodeCursor } from '../platform/cursor.js';
import { float } from './evidence.resolver.js';

@Resolver('Host')
export class HostGapsResolver {
  constructor(private readonly gaps: LossStore) {}

  @ResolveField('losses')
  async losses(@Parent() host: HostRow, @Args() { first, after }: HostLossesArgs): Promise<Connection<LossRow>> {
    const size = pageSize(first);
    const rows = await this.gaps.page(host.id, afterGap('losses', after), size + 1);
    return toConnection(rows, size, (row) => gapCursor('losses', row));
  }

  @ResolveField('throttles')
  async throttles(@Parent() host: HostRow, @Args() { first, after }: HostLossesArgs): Promise<Connection<ThrottleRow>> {
    const size = pageSize(first);
    const rows = await this.gaps.throttles(host.id, afterGap('throttles', after), size + 1);
    return toConnection(rows, size, (row) => gapCursor('throttles', row));
  }
}

@Resolver('Throttle')
export class ThrottleResolver {
  @ResolveField('withheld')
  withheld(@Parent() throttle: ThrottleRow): number | null {
    return float(throttle.count);
  }
}

function gapCursor(list: string, { since, id }: GapPosition): string {
  return encodeCursor(list, [since.getTime(), id]);
}

function afterGap(list: string, cursor: string | null | undefined): GapPosition | null {
  const key = decodeCursor(list, cursor, [cursorParts.milliseconds, cursorParts.bigint]);
  return key && { since: new Date(Number(key[0])), id: BigInt(key[1]!) };
}
