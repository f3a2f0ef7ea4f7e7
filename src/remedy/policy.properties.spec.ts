/** Policies over generated histories, with a fixed seed: what they do, and how often, is what was allowed. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as example from './job-example.js';
import { jobLimits } from './job-limits.js';
import { Policy } from './policy.js';
import type { Recorded } from './recorded.js';
import { simulate } from './simulate.js';

const seed = 6;
const hosts = 40;
const causes = ['CRASHED', 'OOM_CGROUP', 'FAILED', 'SERVICE_STOP', 'SHUTDOWN', 'REMEDIATION'] as const;

const policy = fc
  .record({
    cause: fc.subarray(['CRASHED', 'OOM_CGROUP', 'FAILED'], { minLength: 1 }),
    afterSeconds: fc.integer({ min: 10, max: 300 }),
    atMostPerHour: fc.integer({ min: 1, max: 60 }),
    host: fc.constantFrom(['*'], ['*'], ['h1*'], ['h2', 'h3']),
  })
  .map(({ cause, afterSeconds, atMostPerHour, host }) =>
    Policy.parse({
      ...{ name: 'p', armed: true, when: { death: { cause, afterSeconds } }, where: { host } },
      ...{ do: { action: 'RESTART_SERVICE' }, atMostPerHour },
    }),
  );

const death = fc
  .record({
    host: fc.nat(hosts - 1),
    unit: fc.constantFrom('a.service', 'b.service', 'a.service', 'ssh.service', null),
    comm: fc.constantFrom('a', 'b', 'c', 'd', 'sshd', 'systemd'),
    cause: fc.constantFrom(...causes, 'CRASHED', 'CRASHED'),
    actor: fc.constantFrom('SELF', 'KERNEL', 'PARENT', 'HUMAN'),
    gap: fc.oneof(fc.nat(60), fc.nat(900)),
    restartAfter: fc.constantFrom(null, null, null, 1, 100, 1_000),
    isServiceAlive: fc.constantFrom(false, false, false, true),
  })
  .map(({ host, unit, comm, restartAfter, ...rest }) => ({
    ...({ kind: 'death', isOfPresentBoot: true, confidence: 0.9, livedSeconds: 9, secondsAgo: 0 } as const),
    ...rest,
    host: { id: example.machineId(host), name: `h${host}`, labels: {} },
    process: example.worker({ unit, comm, exe: null, ended: 5n }),
    restart: restartAfter === null ? null : { isLoop: false, afterSeconds: restartAfter },
  }));

/** One after the other. */
const recorded = fc.array(death, { minLength: 1, maxLength: 60 }).map((deaths) => {
  let atSeconds = 0;
  return deaths.map(({ gap, ...one }): Recorded => ({ ...one, atSeconds: (atSeconds += gap) }));
});

function holds(condition: boolean, promise: string): void {
  if (!condition) throw new Error(promise);
}

/** In any hour. */
function mostPerHour(times: readonly number[]): number {
  return Math.max(0, ...times.map((from) => times.filter((time) => time >= from && time - from < 3_600).length));
}

describe('policies over 10,000 generated histories', () => {
  it('act_only_as_allowed_and_never_against_anybody', () => {
    let actedInAll = 0;
    const check = (of: Policy, history: readonly Recorded[]) => {
      const { acted, acts, matched, considered } = simulate(of, history, { hosts, limits: jobLimits });
      actedInAll += acted;
      holds(acted <= matched && matched <= considered && acts.length === acted, 'the figures agree');
      const { perFleetPerHour, perHostPerHour, perTargetPerHour, cooldownSeconds } = jobLimits.pace.policy;
      holds(
        mostPerHour(acts.map(({ atSeconds }) => atSeconds)) <= Math.min(of.atMostPerHour, perFleetPerHour),
        'caps of all',
      );
      for (const act of acts) {
        const ofHost = acts.filter(({ host }) => host === act.host);
        const ofTarget = ofHost.filter(({ target }) => target === act.target).map(({ atSeconds }) => atSeconds);
        holds(mostPerHour(ofHost.map(({ atSeconds }) => atSeconds)) <= perHostPerHour, 'cap of the host');
        holds(mostPerHour(ofTarget) <= perTargetPerHour, 'cap of the target');
        holds(!ofTarget.some((time) => time > act.atSeconds && time - act.atSeconds < cooldownSeconds), 'cooldown');
        holds(hasReason(of, history, act), 'a death that it means, and that nothing had made good');
      }
    };
    fc.assert(fc.property(policy, recorded, check), { seed, numRuns: 10_000 });
    expect(actedInAll).toBeGreaterThan(2_000);
  });
});

interface Act {
  readonly atSeconds: number;
  readonly host: string;
  readonly target: string;
}

function hasReason({ when, where }: Policy, history: readonly Recorded[], act: Act): boolean {
  return history.some((one) => {
    if (one.kind !== 'death' || one.host.id !== act.host || one.process.unit !== act.target) return false;
    const isThen = one.atSeconds + when.death!.afterSeconds === act.atSeconds;
    const isMeant = when.death!.cause.some((cause) => cause === one.cause) && one.actor !== 'HUMAN';
    const { name } = one.host;
    const isThere = where.host!.some((pattern) =>
      pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : name === pattern,
    );
    const isGone = !one.isServiceAlive && (one.restart === null || one.restart.afterSeconds > when.death!.afterSeconds);
    const isOrdinary =
      !['sshd', 'systemd'].includes(one.process.comm) && ['a.service', 'b.service'].includes(act.target);
    return isThen && isMeant && isThere && isGone && isOrdinary;
  });
}
