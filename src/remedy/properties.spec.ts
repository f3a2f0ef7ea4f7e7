/**
 * The promises of planning, over 10,000 generated fleets, process trees and requests, with a fixed seed. They are said here a
 * second time, in other words than the guards'.
 */
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CommandAction, type Target } from '../contract/index.js';
import { digestInput } from './digest.js';
import { jobLimits } from './job-limits.js';
import { planJob, type Plan } from './plan.js';
import { scene, type Scene } from '../../test/support/job-scene.js';

const seed = 6;
const digestOf = (plan: unknown) =>
  createHash('sha256')
    .update(digestInput(plan as Plan))
    .digest('hex');

/** Asserting 10,000 times with vitest's expect is slow. */
function holds(condition: boolean, promise: string): void {
  if (!condition) throw new Error(promise);
}

describe('plans of 10,000 generated requests', () => {
  it('touch_nothing_protected_nothing_else_and_no_more_than_allowed', () => {
    const actions = new Map<string, number>();
    const check = (given: Scene) => {
      const { plan, refusal } = planJob(given.request, given.facts, jobLimits);
      if (plan === null) return holds(refusal.objections.length > 0, 'a refusal says why');
      actions.set(plan.action, (actions.get(plan.action) ?? 0) + 1);
      aimsAtWhatWasMeant(plan, given);
      sparesTheProtected(plan, given);
      staysBelowTheCaps(plan, given);
      obeysThePolicy(given);
      leavesEnoughHealthy(plan, given);
    };
    fc.assert(fc.property(scene, check), { seed, numRuns: 10_000 });
    // They are no empty promises.
    for (const action of CommandAction.options) expect(actions.get(action.shape.kind.value)).toBeGreaterThan(100);
  });

  it('have_another_digest_when_anything_of_them_is_different', () => {
    const check = (given: Scene, choice: number) => {
      const { plan } = planJob(given.request, given.facts, jobLimits);
      if (plan === null) return;
      const changed = changeOneLeaf(plan, choice);
      holds(digestOf(changed) !== digestOf(plan), 'a changed plan has another digest');
      holds(digestOf(structuredClone(plan)) === digestOf(plan), 'the same plan has the same digest');
    };
    fc.assert(fc.property(scene, fc.nat(), check), { seed, numRuns: 10_000 });
  });
});

function aimsAtWhatWasMeant(plan: Plan, { request, facts, meant }: Scene): void {
  const ids = plan.targets.map(({ host }) => host);
  holds(ids.toSorted().join() === request.hosts.toSorted().join(), 'each host that was asked for, once, and no other');
  for (const { host, bootId, action } of plan.targets) {
    const known = facts.targets.find((target) => target.host.id === host)!;
    holds(bootId === known.host.bootId, 'the boot is the present one');
    holds(action.kind === plan.action && CommandAction.safeParse(action).success, 'an agent would take it');
    const { process } = meant.get(host)!;
    const asked = 'process' in request.wanted ? request.wanted.process.ref : process.ref;
    const isMeant = ({ pid, start }: Target) =>
      pid === process.ref.pid && pid === asked.pid && start === process.ref.start && start === asked.start;
    if ('process' in action)
      holds(isMeant(action.process) && process.bootId === bootId, 'the process is the one that was meant');
    if (action.kind === 'RESTART_SERVICE') {
      holds(process.unit === null || process.unit === action.service, 'the service is that of its process');
      holds(known.unitCgroups.length < 2, 'there is one service of that name');
    }
    if (action.kind !== 'KILL_ZOMBIE_PARENT') continue;
    holds(isMeant(action.parent) && process.bootId === bootId, 'the parent is the one that was meant');
    for (const { pid } of action.zombies)
      holds(
        known.zombies.some(({ ref, parent }) => ref.pid === pid && parent?.start === process.ref.start),
        'its own zombies',
      );
  }
}

function sparesTheProtected(plan: Plan, { meant, isProtectedService }: Scene): void {
  holds(!isProtectedService, 'no service is restarted that the host needs');
  if (plan.action === 'REBOOT_HOST') return holds(plan.approvals === 2, 'a reboot has two approvals');
  for (const { process, isProtected } of meant.values()) {
    holds(!isProtected, 'nothing protected is touched');
    const state = process.episode?.state;
    holds(state !== 'uninterruptible' || plan.action === 'SET_OOM_SCORE_ADJ', 'what waits in the kernel is left alone');
    holds(typeof process.ended !== 'bigint' || plan.action === 'RESTART_SERVICE', 'what has ended is left alone');
    holds(
      state == null || state === 'stopped' || plan.action !== 'RESUME_PROCESS',
      'what is not stopped is not resumed',
    );
    holds(state !== 'zombie' || plan.action === 'RESTART_SERVICE', 'what is dead is not killed');
  }
}

function staysBelowTheCaps(plan: Plan, { request, facts }: Scene): void {
  const { length } = plan.targets;
  const pace = jobLimits.pace[request.requester.kind];
  holds(length <= request.maxHosts && length <= jobLimits.hostsPerJobMax, 'no more hosts than were allowed');
  holds(length === 1 || plan.approvals > 0, 'several hosts need an approval');
  holds(facts.fleet.jobsLastHour + length <= pace.perFleetPerHour, 'fleet');
  holds(!facts.fleet.passive && request.reason.trim() !== '', 'passive, or without a reason');
  for (const { host, history } of facts.targets) {
    holds(host.jobsLastHour + 1 <= pace.perHostPerHour, 'host');
    holds(history.jobsLastHour + 1 <= pace.perTargetPerHour, 'target');
    holds((history.lastJobSecondsAgo ?? Infinity) >= pace.cooldownSeconds, 'cooldown');
    holds(history.openJob === null, 'one job at a time');
  }
}

function obeysThePolicy({ request, facts: { policy, fleet, targets } }: Scene): void {
  if (request.requester.kind === 'person') return;
  holds(policy !== null && policy.armed, 'armed');
  holds(policy !== null && policy.jobsLastHour + request.hosts.length <= policy.atMostPerHour, 'cap of the policy');
  holds(fleet.inTrouble < 5 || fleet.inTrouble / fleet.hosts < 0.2, 'no policy acts in a storm');
  if (request.wanted.action !== 'RESTART_SERVICE') return;
  for (const { history } of targets)
    holds((history.deathsLastHour?.count ?? 0) < 3 && !history.isRestartLoop, 'breaker');
}

function leavesEnoughHealthy(plan: Plan, { facts: { fleet, targets } }: Scene): void {
  if (plan.action === 'RESUME_PROCESS' || plan.action === 'SET_OOM_SCORE_ADJ') return;
  const healthy = new Set(targets.filter(({ host }) => host.healthy).map(({ host }) => host.id));
  for (const wave of new Set(plan.targets.map((target) => target.wave))) {
    const disturbed = plan.targets.filter((target) => target.wave === wave && healthy.has(target.host)).length;
    const left = fleet.healthy - fleet.disturbed - disturbed;
    holds(disturbed === 0 || left >= fleet.hosts * 0.8 || left === fleet.hosts - 1, 'enough stay healthy');
  }
  holds(plan.targets.filter(({ wave }) => wave === 0).length === 1, 'the canary is one');
}

/** One member somewhere in the plan, chosen by a number, has another value. */
function changeOneLeaf(plan: Plan, choice: number): unknown {
  let left = choice % countLeaves(plan);
  const change = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(change);
    if (typeof value === 'object' && value !== null)
      return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, change(member)]));
    left -= 1;
    if (left !== -1) return value;
    return typeof value === 'number' ? value + 1 : `${String(value)}x`;
  };
  return change(plan);
}

function countLeaves(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 1;
  return Object.values(value).reduce<number>((sum, member) => sum + countLeaves(member), 0);
}
