import { describe, expect, it } from 'vitest';
import * as example from './job-example.js';
import { jobLimits } from './job-limits.js';
import { Policy } from './policy.js';
import type { Recorded } from './recorded.js';
import { simulate, simulationShownMax } from './simulate.js';

type RecordedDeath = Extract<Recorded, { kind: 'death' }>;
const hour = 3_600;
const fleet = { hosts: 100, limits: jobLimits };
const crashed = { death: { cause: ['CRASHED'] } };

const policy = (overrides: object = {}) =>
  Policy.parse({ name: 'p', when: crashed, do: { action: 'RESTART_SERVICE' }, atMostPerHour: 60, ...overrides });

function death(
  atSeconds: number,
  overrides: Partial<RecordedDeath> & { readonly hostNumber?: number } = {},
): RecordedDeath {
  const { hostNumber = 1, ...rest } = overrides;
  const host = { id: example.machineId(hostNumber), name: `db${hostNumber}`, labels: {} };
  return {
    ...{ kind: 'death', host, isOfPresentBoot: false, process: example.worker({ ended: 5n }), cause: 'CRASHED' },
    ...{ actor: 'SELF', confidence: 0.9, livedSeconds: 500, secondsAgo: 99_999, restart: null, isServiceAlive: false },
    ...{ atSeconds, ...rest },
  };
}

describe('simulate', () => {
  it('says_how_often_a_policy_would_have_acted', () => {
    const recorded = [5, 1, 3].map((at) => death(at * hour));
    const others = [
      death(2 * hour, { cause: 'FAILED' }),
      death(4 * hour, { restart: { isLoop: false, afterSeconds: 1 } }),
    ];
    expect(simulate(policy(), [...recorded, ...others], fleet)).toEqual({
      ...{ considered: 5, matched: 3, acted: 3, awaitingApproval: 0, stopped: [], escalations: [] },
      acts: [1, 3, 5].map((at) => ({
        atSeconds: at * hour + 60,
        host: example.machineId(1),
        hostName: 'db1',
        target: 'worker.service',
      })),
    });
  });

  it('does_not_know_then_what_happened_later', () => {
    const late = death(0, { restart: { isLoop: false, afterSeconds: 200 } });
    expect(simulate(policy(), [late], fleet).acted).toBe(1);
    expect(
      simulate(policy({ when: { death: { cause: ['CRASHED'], afterSeconds: 300 } } }), [late], fleet).matched,
    ).toBe(0);
  });

  it('says_which_guards_would_have_stopped_it', () => {
    const loop = Array.from({ length: 10 }, (_, index) => death(index * 360));
    const { acted, stopped, escalations } = simulate(policy(), loop, fleet);
    expect(acted).toBe(2);
    expect(stopped).toEqual([{ code: 'remedy/restart-loop', count: 8 }]);
    expect(escalations[0]).toContain('leaves worker.service on db1 to people');
    const sshd = death(0, { process: example.worker({ comm: 'sshd' }) });
    expect(simulate(policy(), [sshd], fleet).stopped).toEqual([{ code: 'remedy/protected-sshd', count: 1 }]);
  });

  it('counts_the_cap_of_the_policy_and_a_storm', () => {
    const calm = Array.from({ length: 4 }, (_, index) => death(index * 800, { hostNumber: index + 1 }));
    expect(simulate(policy({ atMostPerHour: 2 }), calm, fleet)).toMatchObject({
      acted: 2,
      stopped: [{ code: 'remedy/policy-cap', count: 2 }],
    });
    const storm = Array.from({ length: 30 }, (_, index) => death(index, { hostNumber: index + 1 }));
    const stormy = simulate(policy(), storm, fleet);
    expect(stormy.acted).toBe(0);
    expect(stormy.stopped).toContainEqual({ code: 'remedy/storm', count: 30 });
  });

  it('knows_another_service_that_the_policy_names_and_approvals', () => {
    const backend = { action: 'RESTART_SERVICE', service: 'backend.service' };
    const loop = death(0, { restart: { isLoop: true, afterSeconds: 1 } });
    const when = { death: { cause: ['CRASHED'], restart: 'LOOP' } };
    expect(simulate(policy({ when, do: backend }), [loop], fleet).acted).toBe(1);
    const reboot = simulate(policy({ when, do: { action: 'REBOOT_HOST' } }), [loop], fleet);
    expect(reboot).toMatchObject({ acted: 1, awaitingApproval: 1 });
  });

  it('sees_episodes_when_they_had_lasted_long_enough', () => {
    const when = { episode: { state: 'ZOMBIE', lastedSecondsMin: 100 } };
    const zombie: Recorded = {
      ...{ kind: 'episode', state: 'zombie', isOpen: false, siblings: 1, lastedSeconds: 150, isOfPresentBoot: false },
      ...{ host: death(0).host, atSeconds: 1_000, parent: example.worker() },
      process: example.worker({ ref: { pid: 4800, start: '4800000' } }),
    };
    const zombies = policy({ when, do: { action: 'KILL_ZOMBIE_PARENT' } });
    expect(simulate(zombies, [zombie], fleet).acts).toMatchObject([{ atSeconds: 1_100 }]);
    expect(simulate(zombies, [{ ...zombie, lastedSeconds: 99 }], fleet).acts).toEqual([]);
  });

  it('shows_a_limited_number_and_takes_ten_thousand_deaths', () => {
    const many = Array.from({ length: 10_000 }, (_, index) => death(index * 7 * 60, { hostNumber: index % 90 }));
    const result = simulate(policy(), many, fleet);
    expect(result.matched).toBe(10_000);
    expect(result.acts).toHaveLength(simulationShownMax);
    expect(result.acted).toBeGreaterThan(1_000);
  });
});
