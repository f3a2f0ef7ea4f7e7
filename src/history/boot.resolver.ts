/** How the boots of a host ended: one answer for all that died with it. */
import { Args, Context, Parent, ResolveField, Resolver } from '@nestjs/graphql';
import type { BootDeathsArgs, BootEndingSummaryArgs, HostBootsArgs } from '../generated/graphql.js';
import { BootStore, type BootPosition } from '../store/boot.store.js';
import { DeathStore } from '../store/death.store.js';
import type { BootRow, DeathRow, HostRow, ProcessRow } from '../store/rows.js';
import { bootEnding, inLocale, type BootEnding } from '../verdict/index.js';
import { pageSize, toConnection, type Connection } from '../platform/connection.js';
import type { OperationContext } from './context.js';
import { cursorParts, decodeCursor, encodeCursor } from '../platform/cursor.js';
import { afterDeath, deathCursor } from './death.cursor.js';

/** A boot with its ending: a page of them costs two statements. */
interface EndedBoot extends BootRow {
  readonly how: BootEnding;
}

@Resolver('Host')
export class HostBootsResolver {
  constructor(private readonly boots: BootStore) {}

  @ResolveField('boots')
  async list(@Parent() host: HostRow, @Args() { first, after }: HostBootsArgs): Promise<Connection<EndedBoot>> {
    const size = pageSize(first);
    const rows = await this.boots.page(host.id, afterBoot(after), size + 1);
    const requests = await this.boots.shutdownRequests(rows.map(({ id }) => id));
    const boots = rows.map((row) => {
      const { seen_ns: seen, seen_at, agent_stopped_ns: agentStopped, next_booted_at } = row;
      const untilNext = next_booted_at && BigInt(next_booted_at.getTime() - seen_at.getTime()) * 1_000_000n;
      return { ...row, how: bootEnding({ seen, agentStopped, untilNext, requests: requests.get(row.id) ?? [] }) };
    });
    return toConnection(boots, size, (boot) => encodeCursor('boots', [boot.booted_at.getTime(), boot.id]));
  }
}

@Resolver('Boot')
export class BootResolver {
  constructor(private readonly deaths: DeathStore) {}

  @ResolveField('id')
  id(@Parent() boot: EndedBoot): string {
    return boot.boot_id;
  }

  @ResolveField('bootedAt')
  bootedAt(@Parent() boot: EndedBoot): Date {
    return boot.booted_at;
  }

  @ResolveField('lastEventAt')
  lastEventAt(@Parent() boot: EndedBoot): Date {
    return boot.seen_at;
  }

  @ResolveField('ending')
  ending(@Parent() boot: EndedBoot): EndedBoot {
    return boot;
  }

  @ResolveField('deaths')
  async under(@Parent() boot: EndedBoot, @Args() { first, after }: BootDeathsArgs): Promise<Connection<DeathRow>> {
    const size = pageSize(first);
    const { since } = boot.how;
    if (since === null) return toConnection<DeathRow>([], size, deathCursor);
    const from = new Date(boot.booted_at.getTime() + Number(since / 1_000_000n));
    const where = { hostId: boot.host_id, since: from, until: boot.next_booted_at };
    const rows = await this.deaths.page(where, { after: afterDeath(after), limit: size + 1 });
    return toConnection(rows, size, deathCursor);
  }
}

@Resolver('BootEnding')
export class BootEndingResolver {
  @ResolveField('kind')
  kind(@Parent() { how }: EndedBoot): BootEnding['kind'] {
    return how.kind;
  }

  @ResolveField('confidence')
  confidence(@Parent() { how }: EndedBoot): number {
    return how.confidence;
  }

  @ResolveField('summary')
  summary(@Parent() { how }: EndedBoot, @Args() { locale }: BootEndingSummaryArgs): string {
    return inLocale(how.summary, locale);
  }

  @ResolveField('request')
  request(@Parent() boot: EndedBoot, @Context() { loaders }: OperationContext): Promise<ProcessRow | null> | null {
    const { request } = boot.how;
    return request && loaders.process.load({ boot: boot.id, pid: request.pid, start_ns: BigInt(request.start) });
  }
}

function afterBoot(cursor: string | null | undefined): BootPosition | null {
  const key = decodeCursor('boots', cursor, [cursorParts.milliseconds, cursorParts.int]);
  return key && { booted_at: new Date(Number(key[0])), id: Number(key[1]) };
}
