/** Policies as people change them and try them out. What they do, the worker does (`policy.scheduler.ts`). */
import { Injectable } from '@nestjs/common';
import type { PolicyInput } from '../generated/graphql.js';
import { Failure } from '../platform/errors.js';
import type { Person } from '../platform/principal.js';
import { jobLimits, simulate, withSiblings, type Simulation } from '../remedy/index.js';
import { HostStore } from '../store/host.store.js';
import { OccurrenceStore } from '../store/occurrence.store.js';
import { policiesMax, PolicyStore, type PolicyRecord } from '../store/policy.store.js';
import { badPolicy, parsePolicy } from './policy.input.js';

export interface SimulationView extends Omit<Simulation, 'acts'> {
  readonly since: Date;
  readonly until: Date;
  readonly cutBefore: Date | null;
  readonly acts: readonly { readonly at: Date; readonly host: string; readonly target: string }[];
}

const dayMs = 86_400_000;
const simulatedDays = { default: 7, max: 31 } as const;
/** Deaths, and as many episodes: more would keep a caller waiting, and the database busy. */
const simulatedMax = 5_000;

@Injectable()
export class PolicyService {
  constructor(
    private readonly policies: PolicyStore,
    private readonly occurrences: OccurrenceStore,
    private readonly hosts: HostStore,
  ) {}

  /** @throws Failure `remediation/bad-policy` (400), `remediation/too-many-policies` (409). */
  async save(input: PolicyInput, { name: by }: Person): Promise<PolicyRecord> {
    const policy = parsePolicy(input);
    if ((await this.policies.count()) >= policiesMax && !(await this.policies.byName(policy.name))) throw tooMany();
    const saved = await this.policies.change(policy.name, (before) => {
      const version = (before?.version ?? 0) + 1;
      const state = policy.armed ? 'armed' : 'not armed';
      const detail = `Saved as version ${version}, ${state}: ${JSON.stringify(policy)}`;
      const after = { policy, armedBy: policy.armed ? by : null, version, updatedBy: by };
      return { after, event: { kind: 'policy-saved', actor: by, detail } };
    });
    return saved!;
  }

  /** @throws Failure `remediation/unknown-policy` (404). */
  async arm(name: string, armed: boolean, { name: by }: Person): Promise<PolicyRecord> {
    const changed = await this.policies.change(name, (before) => {
      if (before === null) throw unknown(name);
      if (before.policy.armed === armed) return null;
      const after = {
        ...{ policy: { ...before.policy, armed }, armedBy: armed ? by : null },
        ...{ version: before.version + 1, updatedBy: by },
      };
      const kind = armed ? 'policy-armed' : 'policy-disarmed';
      const detail = `${armed ? 'Armed' : 'Disarmed'}, as version ${after.version}.`;
      return { after, event: { kind, actor: by, detail } };
    });
    return changed!;
  }

  /** @throws Failure `remediation/unknown-policy` (404). */
  async delete(name: string, { name: by }: Person): Promise<void> {
    await this.policies.change(name, (before) => {
      if (before === null) throw unknown(name);
      const event = {
        kind: 'policy-deleted',
        actor: by,
        detail: `Deleted; it was version ${before.version}.`,
      } as const;
      return { after: null, event };
    });
  }

  /** @throws Failure `remediation/bad-policy` (400). */
  async simulate(input: PolicyInput, since: Date | null, until: Date | null): Promise<SimulationView> {
    const policy = parsePolicy(input);
    const stretch = stretchOf(since, until ?? new Date());
    const afterSeconds = policy.when.death?.afterSeconds ?? 0;
    const found = await this.occurrences.recorded({ ...stretch, afterSeconds, max: simulatedMax });
    const recorded = withSiblings(
      policy,
      found.recorded.map(({ occurrence }) => occurrence),
    );
    const fleet = { hosts: await this.hosts.count(), limits: jobLimits };
    const { acts, ...simulation } = simulate(policy, recorded, fleet);
    return {
      ...simulation,
      ...stretch,
      cutBefore: found.cutBefore,
      acts: acts.map(({ atSeconds, hostName, target }) => {
        return { at: new Date(atSeconds * 1_000), host: hostName, target };
      }),
    };
  }
}

function stretchOf(asked: Date | null, until: Date): { since: Date; until: Date } {
  const since = asked ?? new Date(until.getTime() - simulatedDays.default * dayMs);
  if (since >= until) throw badPolicy('since', 'It has to be before `until`.');
  if (until.getTime() - since.getTime() > simulatedDays.max * dayMs)
    throw badPolicy('since', `No more than ${simulatedDays.max} days can be gone through at once.`);
  return { since, until };
}

function unknown(name: string): Failure {
  const detail = `There is no policy named ${JSON.stringify(name)}.`;
  return new Failure({ code: 'remediation/unknown-policy', status: 404, detail });
}

function tooMany(): Failure {
  const detail = `Nothing was stored: there are ${policiesMax} policies, and there may be no more.`;
  return new Failure({ code: 'remediation/too-many-policies', status: 409, detail });
}
