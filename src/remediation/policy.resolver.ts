import { Args, Context, Mutation, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import type {
  Label,
  MutationArmPolicyArgs,
  MutationDeletePolicyArgs,
  MutationSavePolicyArgs,
  PolicyHistoryArgs,
  PolicySimulationSummaryArgs,
  PolicyTurnsArgs,
  QueryPolicyArgs,
  QuerySimulatePolicyArgs,
} from '../generated/graphql.js';
import { pageSize } from '../platform/connection.js';
import { requireRole, type WithPrincipal } from '../platform/principal.js';
import type { Policy } from '../remedy/index.js';
import { PolicyStore, type PolicyRecord } from '../store/policy.store.js';
import { PolicyTurnStore, type TurnRow } from '../store/policy-turn.store.js';
import type { JobEventRow } from '../store/job.rows.js';
import type { HostRow } from '../store/rows.js';
import { en, inLocale, zh } from '../verdict/index.js';
import { JobLoaders } from './job.loaders.js';
import { view, type JobView } from './job.service.js';
import { PolicyService, type SimulationView } from './policy.service.js';

@Resolver()
export class PoliciesResolver {
  constructor(
    private readonly store: PolicyStore,
    private readonly service: PolicyService,
  ) {}

  @Query('policies')
  async policies(): Promise<PolicyView[]> {
    return (await this.store.all()).map(policyView);
  }

  @Query('policy')
  async policy(@Args() { name }: QueryPolicyArgs): Promise<PolicyView | null> {
    const record = await this.store.byName(name);
    return record && policyView(record);
  }

  @Query('simulatePolicy')
  simulatePolicy(
    @Args() { policy, since, until }: QuerySimulatePolicyArgs,
    @Context() context: WithPrincipal,
  ): Promise<SimulationView> {
    requireRole(context, 'operator');
    return this.service.simulate(policy, since ?? null, until ?? null);
  }

  @Mutation('savePolicy')
  async savePolicy(@Args() { input }: MutationSavePolicyArgs, @Context() context: WithPrincipal): Promise<PolicyView> {
    return policyView(await this.service.save(input, requireRole(context, 'admin')));
  }

  @Mutation('armPolicy')
  async armPolicy(
    @Args() { name, armed }: MutationArmPolicyArgs,
    @Context() context: WithPrincipal,
  ): Promise<PolicyView> {
    return policyView(await this.service.arm(name, armed, requireRole(context, 'admin')));
  }

  @Mutation('deletePolicy')
  async deletePolicy(@Args() { name }: MutationDeletePolicyArgs, @Context() context: WithPrincipal): Promise<boolean> {
    await this.service.delete(name, requireRole(context, 'admin'));
    return true;
  }
}

/** A policy and its record in one. */
export type PolicyView = Policy & Omit<PolicyRecord, 'policy'>;

function policyView({ policy, ...record }: PolicyRecord): PolicyView {
  return { ...policy, ...record };
}

@Resolver('Policy')
export class PolicyResolver {
  constructor(
    private readonly store: PolicyStore,
    private readonly turnStore: PolicyTurnStore,
  ) {}

  @ResolveField('turns')
  turns(@Parent() { name }: PolicyView, @Args() { first }: PolicyTurnsArgs): Promise<TurnRow[]> {
    return this.turnStore.latest([name], pageSize(first));
  }

  @ResolveField('history')
  history(@Parent() { name }: PolicyView, @Args() { first }: PolicyHistoryArgs): Promise<JobEventRow[]> {
    return this.store.history(name, pageSize(first));
  }
}

@Resolver('PolicyWhere')
export class PolicyWhereResolver {
  @ResolveField('labels')
  labels(@Parent() { labels }: Policy['where']): Label[] | null {
    return labels ? Object.entries(labels).map(([key, value]) => ({ key, value })) : null;
  }
}

/** What the edge's loaders can do for us. */
interface WithHosts {
  readonly loaders: { readonly host: { load(id: number): Promise<HostRow | null> } };
}

@Resolver('PolicyTurn')
export class PolicyTurnResolver {
  constructor(private readonly loaders: JobLoaders) {}

  @ResolveField('host')
  host(@Parent() turn: TurnRow, @Context() { loaders }: WithHosts): Promise<HostRow | null> {
    return loaders.host.load(turn.host_id);
  }

  @ResolveField('job')
  async job(@Parent() { job_id }: TurnRow): Promise<JobView | null> {
    const job = job_id === null ? null : await this.loaders.job.load(job_id);
    return job && view(job);
  }
}

@Resolver('PolicySimulation')
export class PolicySimulationResolver {
  @ResolveField('summary')
  summary(
    @Parent() { acted, awaitingApproval, cutBefore }: SimulationView,
    @Args() { locale }: PolicySimulationSummaryArgs,
  ): string {
    const approval =
      awaitingApproval === 0 ? '' : `, ${awaitingApproval === acted ? 'each' : awaitingApproval} only after approval`;
    const cut = cutBefore?.toISOString();
    return inLocale(
      {
        en: en`Would have acted ${acted === 1 ? 'once' : `${acted} times`}${approval}.${cut ? ` There was more than is gone through at once: what was before ${cut} is left out.` : ''}`,
        zh: zh`本会执行 ${acted} 次${awaitingApproval === 0 ? '' : `，其中 ${awaitingApproval} 次需经批准`}。${cut ? `数据过多，${cut} 之前的未计入。` : ''}`,
      },
      locale,
    );
  }
}
