import { Args, Context, Mutation, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import type { MutationReplayDeliveryArgs, QueryDeliveriesArgs, QueryDeliveryArgs } from '../generated/graphql.js';
import { pageSize, toConnection, type Connection } from '../platform/connection.js';
import { cursorParts, decodeCursor, encodeCursor } from '../platform/cursor.js';
import { Failure } from '../platform/errors.js';
import { requireRole, type WithPrincipal } from '../platform/principal.js';
import { DeliveryStore, type AttemptRow, type DeliveryRow } from '../store/delivery.store.js';
import type { ReceiverRow } from '../store/receiver.store.js';
import { DeliveryLoaders } from './delivery.loaders.js';
import { ReceiverService, uuid } from './receiver.service.js';

@Resolver()
export class DeliveriesResolver {
  constructor(
    private readonly store: DeliveryStore,
    private readonly service: ReceiverService,
  ) {}

  @Query('delivery')
  async delivery(@Args() { id }: QueryDeliveryArgs): Promise<DeliveryRow | null> {
    return uuid.test(id) ? this.store.byId(id) : null;
  }

  @Query('deliveries')
  async deliveries(@Args() { filter, first, after }: QueryDeliveriesArgs): Promise<Connection<DeliveryRow>> {
    const size = pageSize(first);
    const key = decodeCursor('deliveries', after, [cursorParts.milliseconds, cursorParts.bigint, uuid]);
    const position = key && { createdAt: new Date(Number(key[0])), position: BigInt(key[1]!), id: key[2]! };
    const { receiver = null, state = null, incident = null } = filter ?? {};
    const where = { receiverId: known(receiver, 'receiver'), states: state, incidentId: known(incident, 'incident') };
    const rows = await this.store.page(where, position, size + 1);
    return toConnection(rows, size, ({ created_at, position: at, id }) =>
      encodeCursor('deliveries', [created_at.getTime(), at, id]),
    );
  }

  @Mutation('replayDelivery')
  replay(@Args() { id }: MutationReplayDeliveryArgs, @Context() context: WithPrincipal): Promise<DeliveryRow> {
    requireRole(context, 'operator');
    return this.service.replay(id);
  }
}

@Resolver('Delivery')
export class DeliveryResolver {
  constructor(private readonly loaders: DeliveryLoaders) {}

  @ResolveField('receiver')
  receiver(@Parent() delivery: DeliveryRow): Promise<ReceiverRow> {
    return this.loaders.receivers.load(delivery.receiver_id);
  }

  @ResolveField('incident')
  incident(@Parent() delivery: DeliveryRow): string {
    return delivery.incident_id;
  }

  @ResolveField('notice')
  notice(@Parent() delivery: DeliveryRow): string {
    return delivery.notice_id;
  }

  @ResolveField('createdAt')
  createdAt(@Parent() delivery: DeliveryRow): Date {
    return delivery.created_at;
  }

  @ResolveField('nextAttemptAt')
  nextAttemptAt(@Parent() delivery: DeliveryRow): Date | null {
    return delivery.state === 'PENDING' ? delivery.next_at : null;
  }

  @ResolveField('endedAt')
  endedAt(@Parent() delivery: DeliveryRow): Date | null {
    return delivery.ended_at;
  }

  @ResolveField('log')
  async log(@Parent() delivery: DeliveryRow): Promise<readonly AttemptRow[]> {
    return delivery.message_id === null ? [] : this.loaders.attempts.load(delivery.message_id);
  }
}

@Resolver('DeliveryAttempt')
export class DeliveryAttemptResolver {
  @ResolveField('endedAt')
  endedAt(@Parent() attempt: AttemptRow): Date | null {
    return attempt.ended_at;
  }
}

function known(id: string | null, what: string): string | null {
  if (id === null || uuid.test(id)) return id;
  const detail = `${what}: ${JSON.stringify(id)} is not an id.`;
  throw new Failure({ code: 'incident/bad-filter', status: 400, detail });
}
