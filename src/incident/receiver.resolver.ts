import { Args, Context, Mutation, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import type {
  MutationAddHookArgs,
  MutationDeleteHookArgs,
  MutationDeleteReceiverArgs,
  MutationDeleteRouteArgs,
  MutationSaveReceiverArgs,
  MutationSaveRouteArgs,
  MutationTestReceiverArgs,
} from '../generated/graphql.js';
import { requireRole, type WithPrincipal } from '../platform/principal.js';
import type { DeliveryRow } from '../store/delivery.store.js';
import { HookStore, type HookRow } from '../store/hook.store.js';
import { ReceiverStore, type ReceiverRow } from '../store/receiver.store.js';
import { RouteStore, type RouteRow } from '../store/route.store.js';
import { DeliveryLoaders } from './delivery.loaders.js';
import { ReceiverService, type SavedReceiver } from './receiver.service.js';

@Resolver()
export class ReceiversResolver {
  constructor(
    private readonly service: ReceiverService,
    private readonly receiverStore: ReceiverStore,
    private readonly routeStore: RouteStore,
    private readonly hookStore: HookStore,
  ) {}

  @Query('receivers')
  receivers(): Promise<ReceiverRow[]> {
    return this.receiverStore.all();
  }

  @Query('routes')
  routes(): Promise<RouteRow[]> {
    return this.routeStore.all();
  }

  @Query('hooks')
  hooks(): Promise<HookRow[]> {
    return this.hookStore.all();
  }

  @Mutation('saveReceiver')
  save(@Args() { input }: MutationSaveReceiverArgs, @Context() context: WithPrincipal): Promise<SavedReceiver> {
    requireRole(context, 'admin');
    return this.service.save(input);
  }

  @Mutation('deleteReceiver')
  remove(@Args() { id }: MutationDeleteReceiverArgs, @Context() context: WithPrincipal): Promise<boolean> {
    requireRole(context, 'admin');
    return this.service.remove(id);
  }

  @Mutation('testReceiver')
  test(@Args() { id }: MutationTestReceiverArgs, @Context() context: WithPrincipal): Promise<DeliveryRow[]> {
    requireRole(context, 'operator');
    return this.service.test(id);
  }

  @Mutation('saveRoute')
  saveRoute(@Args() { input }: MutationSaveRouteArgs, @Context() context: WithPrincipal): Promise<RouteRow> {
    requireRole(context, 'admin');
    return this.service.saveRoute(input);
  }

  @Mutation('deleteRoute')
  removeRoute(@Args() { id }: MutationDeleteRouteArgs, @Context() context: WithPrincipal): Promise<boolean> {
    requireRole(context, 'admin');
    return this.service.removeRoute(id);
  }

  @Mutation('addHook')
  addHook(@Args() { input }: MutationAddHookArgs, @Context() context: WithPrincipal) {
    requireRole(context, 'admin');
    return this.service.addHook(input);
  }

  @Mutation('deleteHook')
  removeHook(@Args() { id }: MutationDeleteHookArgs, @Context() context: WithPrincipal): Promise<boolean> {
    requireRole(context, 'admin');
    return this.service.removeHook(id);
  }
}

@Resolver('Receiver')
export class ReceiverResolver {
  @ResolveField('perMinute')
  perMinute(@Parent() receiver: ReceiverRow): number {
    return receiver.per_minute;
  }

  @ResolveField('createdAt')
  createdAt(@Parent() receiver: ReceiverRow): Date {
    return receiver.created_at;
  }

  @ResolveField('updatedAt')
  updatedAt(@Parent() receiver: ReceiverRow): Date {
    return receiver.updated_at;
  }

  @ResolveField('heldUntil')
  heldUntil(@Parent() receiver: ReceiverRow): Date | null {
    return receiver.held_until;
  }
}

@Resolver('Route')
export class RouteResolver {
  constructor(private readonly loaders: DeliveryLoaders) {}

  @ResolveField('receiver')
  receiver(@Parent() route: RouteRow): Promise<ReceiverRow> {
    return this.loaders.receivers.load(route.receiver_id);
  }

  @ResolveField('updatedAt')
  updatedAt(@Parent() route: RouteRow): Date {
    return route.updated_at;
  }
}

@Resolver('Hook')
export class HookResolver {
  @ResolveField('mayRequestJobs')
  mayRequestJobs(@Parent() hook: HookRow): boolean {
    return hook.may_request_jobs;
  }

  @ResolveField('createdAt')
  createdAt(@Parent() hook: HookRow): Date {
    return hook.created_at;
  }
}
