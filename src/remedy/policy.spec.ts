import { describe, expect, it } from 'vitest';
import { escalationOf } from './escalation.js';
import * as example from './job-example.js';
import { jobLimits } from './job-limits.js';
import type { DeathOccurrence, EpisodeOccurrence } from './occurrence.js';
import { fitsPattern } from './pattern.js';
import { planJob, type Refusal } from './plan.js';
import { matches, requestOf } from './policy-match.js';
import { Policy } from './policy.js';

const host = { id: example.machineId(1), name: 'db1', labels: { role: 'db' } };

function policy(overrides: Readonly<Record<string, unknown>> = {}): Policy {
  return Policy.parse({
    ...{ name: 'keep-worker', armed: true, when: { death: { cause: ['CRASHED'], unit: ['worker.service'] } } },
    ...{ do: { action: 'RESTART_SERVICE' }, ...overrides },
  });
}

function death(overrides: Partial<DeathOccurrence> = {}): DeathOccurrence {
  return {
    ...{
      kind: 'death',
      host,
      isOfPresentBoot: true,
      process: example.worker({ ended: 5n }),
      cause: 'CRASHED',
      actor: 'SELF',
    },
    ...{ confidence: 0.9, livedSeconds: 500, secondsAgo: 60, restart: null, isServiceAlive: false },
    ...overrides,
  };
}

function zombie(overrides: Partial<EpisodeOccurrence> = {}): EpisodeOccurrence {
  const process = example.worker({ ref: { pid: 4800, start: '4800000' }, unit: null });
  const of = { kind: 'episode', state: 'zombie', isOpen: true, siblings: 50, lastedSeconds: 300 } as const;
  return { ...of, host, isOfPresentBoot: true, process, parent: example.worker(), ...overrides };
}

describe('Policy', () => {
  it('fills_in_cautious_defaults', () => {
    expect(Policy.parse({ ...policy(), armed: undefined })).toMatchObject({
      ...{ armed: false, atMostPerHour: 3, where: {} },
      when: { death: { restart: 'NONE', afterSeconds: 60, confidenceMin: 0.7 } },
    });
  });

  it.each<[string, Readonly<Record<string, unknown>>]>([
    ['Either a death or an episode', { when: {} }],
    ['Either a death or an episode', { when: { death: { cause: ['CRASHED'] }, episode: { state: 'ZOMBIE' } } }],
    ['KILL_ZOMBIE_PARENT may', { when: { episode: { state: 'ZOMBIE' } } }],
    ['does not help there', { do: { action: 'RESUME_PROCESS' } }],
    ['Only RESTART_SERVICE', { do: { action: 'REBOOT_HOST', service: 'x' } }],
    ['not restarted once more', { when: { death: { cause: ['CRASHED'], restart: 'LOOP' } } }],
    ['Invalid option', { when: { death: { cause: ['SERVICE_STOP'] } } }],
    ['Unrecognized key', { where: { hosts: ['db1'] } }],
    ['<=60', { atMostPerHour: 61 }],
  ])('refuses_what_contradicts_itself: %s', (message, overrides) => {
    expect(() => policy(overrides)).toThrow(message);
  });
});

describe('matches', () => {
  it('acts_on_a_death_that_nothing_has_made_good', () => {
    expect(matches(policy(), death())).toEqual({ kind: 'yes' });
    expect(matches(policy(), death({ secondsAgo: 20 }))).toEqual({ kind: 'wait', seconds: 40 });
  });

  it.each<[string, Partial<DeathOccurrence>]>([
    ['boot', { isOfPresentBoot: false }],
    ['cause', { cause: 'OOM_CGROUP' }],
    ['actor', { actor: 'HUMAN' }],
    ['unit', { process: example.worker({ unit: null }) }],
    ['confidence', { confidence: 0.5 }],
    ['restart', { restart: { isLoop: true, afterSeconds: 1 } }],
    ['alive', { isServiceAlive: true }],
    ['late', { secondsAgo: 961 }],
  ])('leaves_a_death_alone_because_of_its_%s', (because, overrides) => {
    expect(matches(policy(), death(overrides))).toEqual({ kind: 'no', because });
  });

  it.each<[string, Readonly<Record<string, unknown>>]>([
    ['host', { where: { host: ['web*'] } }],
    ['labels', { where: { labels: { role: 'web' } } }],
    ['labels', { where: { labels: { toString: 'x' } } }],
    ['exe', { when: { death: { cause: ['CRASHED'], exe: ['redis*'] } } }],
    ['lived', { when: { death: { cause: ['CRASHED'], livedSecondsMin: 501 } } }],
    ['restart', { when: { death: { cause: ['CRASHED'], restart: 'LOOP' } }, do: { action: 'REBOOT_HOST' } }],
    ['kind', { when: { episode: { state: 'ZOMBIE' } }, do: { action: 'KILL_ZOMBIE_PARENT' } }],
  ])('does_not_mean_another: %s', (because, overrides) => {
    expect(matches(policy(overrides), death())).toEqual({ kind: 'no', because });
  });

  it('means_names_by_pattern_and_hosts_by_name_and_labels', () => {
    const where = { host: ['web*', 'db*'], labels: { role: 'db' } };
    const when = { death: { cause: ['CRASHED'], unit: ['work*.service'], exe: ['worker'] } };
    expect(matches(policy({ where, when }), death())).toEqual({ kind: 'yes' });
  });

  it('means_many_zombies_of_one_parent_once_they_have_lasted', () => {
    const when = { episode: { state: 'ZOMBIE', zombiesMin: 50, unit: ['worker.service'] } };
    const many = policy({ when, do: { action: 'KILL_ZOMBIE_PARENT' } });
    expect(matches(many, zombie())).toEqual({ kind: 'yes' });
    expect(matches(many, zombie({ siblings: 49 }))).toEqual({ kind: 'no', because: 'zombies' });
    expect(matches(many, zombie({ parent: null }))).toEqual({ kind: 'no', because: 'parent' });
    expect(matches(many, zombie({ isOpen: false }))).toEqual({ kind: 'no', because: 'over' });
    expect(matches(many, zombie({ lastedSeconds: 100 }))).toEqual({ kind: 'wait', seconds: 200 });
    expect(requestOf(many, zombie(), 'bob').wanted).toEqual({ ...example.wanted.killZombieParent });
  });
});

describe('requestOf', () => {
  it('asks_for_the_service_of_the_dead_or_for_the_one_that_the_policy_names', () => {
    const own = requestOf(policy(), death(), 'bob');
    expect(own).toMatchObject({
      requester: example.policyOfBob,
      maxHosts: 1,
      reason: expect.stringContaining('CRASHED'),
    });
    const facts = example.facts({ targets: [example.target({ process: death().process })], policy: example.armed });
    expect(planJob(own, facts, jobLimits).plan?.targets[0]?.action).toMatchObject({ service: 'worker.service' });
    const other = policy({ do: { action: 'RESTART_SERVICE', service: 'backend.service' } });
    expect(requestOf(other, death(), 'bob').wanted).toMatchObject({ service: { name: 'backend.service' } });
  });
});

describe('a crash-looping service under an armed policy', () => {
  it('ends_in_a_tripped_breaker_and_an_escalation', () => {
    const often = policy({ atMostPerHour: 60 });
    // Without the other brakes, to see this one.
    const pace = { cooldownSeconds: 0, perTargetPerHour: 1_000, perHostPerHour: 1_000, perFleetPerHour: 1_000 };
    const limits = { ...jobLimits, pace: { person: pace, policy: pace } };
    let restarts = 0;
    let refusal: Refusal | null = null;
    for (let deaths = 1; refusal === null && deaths < 100; deaths += 1) {
      expect(matches(often, death()).kind).toBe('yes');
      const history = example.history({ jobsLastHour: restarts, deathsLastHour: { cause: 'CRASHED', count: deaths } });
      const targets = [example.target({ process: death().process, history })];
      const facts = example.facts({ targets, policy: { ...example.armed, atMostPerHour: 60, jobsLastHour: restarts } });
      const planned = planJob(requestOf(often, death(), 'bob'), facts, limits);
      if (planned.plan !== null) restarts += 1;
      refusal = planned.refusal;
    }
    expect(restarts).toBe(2);
    expect(refusal?.objections.map(({ code }) => code)).toEqual(['remedy/restart-loop']);
    const told = { requester: example.policyOfBob, target: 'worker.service', hostName: 'db1' };
    expect(escalationOf(refusal!, told)).toBe(
      'Policy keep-worker leaves worker.service on db1 to people. It ended 3 times within an hour with the cause CRASHED: a restart does not mend that.',
    );
    expect(escalationOf(refusal!, { ...told, requester: example.alice })).toBeNull();
    expect(escalationOf({ objections: [] }, told)).toBeNull();
  });
});

describe('fitsPattern', () => {
  it.each([
    ['a', 'a', true],
    ['a', 'ab', false],
    ['*', '', true],
    ['a*', 'abc', true],
    ['*c', 'abc', true],
    ['a*a', 'a', false],
    ['a*b*c', 'a.b.b.c', true],
    ['a*b*c', 'a.c.b', false],
    ['a.c', 'abc', false],
  ])('%s_%s: %s', (pattern, name, fits) => {
    expect(fitsPattern(pattern, name)).toBe(fits);
  });

  it('takes_linear_time', () => {
    expect(fitsPattern(`${'a*'.repeat(120)}b`, 'a'.repeat(4_000))).toBe(false);
  });
});
