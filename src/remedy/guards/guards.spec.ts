import { describe, expect, it } from 'vitest';
import * as example from '../job-example.js';
import type { JobFacts, TargetFacts, TargetProcessFacts } from '../job-facts.js';
import { jobLimits } from '../job-limits.js';
import type { JobRequest } from '../request.js';
import { guardCodes, objectionsTo } from './index.js';

const { fleet, history, host, machineId, wanted, worker } = example;

interface Case {
  readonly request?: Partial<JobRequest>;
  readonly facts?: Partial<JobFacts>;
  readonly target?: Partial<TargetFacts>;
  readonly process?: Partial<TargetProcessFacts>;
}

function objections(given: Case) {
  const target = example.target({ ...(given.process && { process: worker(given.process) }), ...given.target });
  const facts = example.facts({ targets: [target], ...given.facts });
  return objectionsTo({ request: example.request(given.request), facts, limits: jobLimits });
}

const signal: Partial<JobRequest> = { wanted: wanted.signal };
const byPolicy: Partial<JobRequest> = { requester: example.policyOfBob };
const zombie = { state: 'zombie', waitChannel: null } as const;
const threeHosts: Case = {
  request: { hosts: [1, 2, 3].map(machineId) },
  facts: { targets: [1, 2, 3].map((number) => example.target({ host: host({ id: machineId(number) }) })) },
};
const loop = history({ deathsLastHour: { cause: 'CRASHED', count: 3 } });

/** What each guard objects to, and a word of what it says. */
const cases: readonly (readonly [what: string, word: string, given: Case])[] = [
  ['passive', 'passive', { facts: { fleet: fleet({ passive: true }) } }],
  ['no-reason', 'Say why', { request: { reason: ' \n' } }],
  ['no-reason', 'longer', { request: { reason: 'x'.repeat(1_025) } }],
  ['no-host', 'No host', { request: { hosts: [] }, facts: { targets: [] } }],
  ['unknown-host', 'are not known', { facts: { targets: [] } }],
  ['blast-radius', '3 hosts, and may touch 1', threeHosts],
  [
    'one-process-one-host',
    'A process is on one host',
    { ...threeHosts, request: { ...threeHosts.request, ...signal, maxHosts: 3 } },
  ],
  ['policy-not-armed', 'not armed', { request: byPolicy, facts: { policy: { ...example.armed, armed: false } } }],
  ['policy-not-armed', 'not armed', { request: byPolicy, facts: { policy: null } }],
  [
    'policy-cap',
    '3 times in the last hour',
    { request: byPolicy, facts: { policy: { ...example.armed, jobsLastHour: 3 } } },
  ],
  [
    'storm',
    '6 of 20 hosts',
    { request: byPolicy, facts: { policy: example.armed, fleet: fleet({ hosts: 20, healthy: 20, inTrouble: 6 }) } },
  ],
  ['fleet-pace', '1000 jobs', { facts: { fleet: fleet({ jobsLastHour: 1_000 }) } }],
  ['healthy-share', '1 host of 5', { facts: { fleet: fleet({ healthy: 4 }) } }],
  ['others-at-work', '1 host of 5', { facts: { fleet: fleet({ disturbed: 1 }) } }],
  ['boot-unknown', 'never reported', { target: { host: host({ bootId: null }), process: null } }],
  [
    'other-boot',
    'booted since',
    { request: { wanted: { ...wanted.signal, process: { ...example.workerProcess, bootId: 'another' } } } },
  ],
  ['process-unknown', 'pid 4711', { request: signal, target: { process: null } }],
  ['process-unknown', 'pid 4711', { request: signal, process: { ref: { pid: 4711, start: '4711001' } } }],
  ['process-ended', 'has ended', { request: signal, process: { ended: 5n } }],
  [
    'no-service',
    'another kind of unit',
    { request: { wanted: { action: 'RESTART_SERVICE', service: { name: 'multi-user.target', manager: null } } } },
  ],
  ['other-service', 'is of other.service', { process: { unit: 'other.service' } }],
  [
    'ambiguous-service',
    'more than once',
    { target: { unitCgroups: ['/system.slice/worker.service/a', '/machine.slice/m/system.slice/worker.service'] } },
  ],
  [
    'protected-init',
    'process 1',
    {
      request: { wanted: { ...wanted.signal, process: { bootId: example.bootId, ref: { pid: 1, start: '0' } } } },
      process: { ref: { pid: 1, start: '0' } },
    },
  ],
  ['protected-kernel-thread', 'kernel', { request: signal, process: { kernelThread: true } }],
  [
    'protected-kernel-thread',
    'kernel',
    { request: signal, process: { ancestry: [{ ref: { pid: 2, start: '0' }, comm: 'kthreadd', args: [] }] } },
  ],
  [
    'protected-agent',
    'our agent',
    { request: signal, target: { host: host({ agent: [{ pid: 900, start: '1' }, example.workerProcess.ref] }) } },
  ],
  ['protected-agent', 'our agent', { request: signal, process: { exe: '/opt/whodunit-agent (deleted)' } }],
  ['protected-init-system', 'init system', { request: signal, process: { comm: 'systemd' } }],
  ['protected-init-system', 'init system', { request: signal, process: { exe: '/usr/sbin/tini' } }],
  ['protected-dbus', 'message bus', { request: signal, process: { comm: 'dbus-broker-lau' } }],
  ['protected-container-runtime', 'runtime', { request: signal, process: { comm: 'containerd-shim' } }],
  ['protected-container-runtime', 'runtime', { request: signal, process: { exe: '/usr/bin/containerd-shim-runc-v2' } }],
  ['protected-kubelet', 'kubelet', { request: signal, process: { comm: 'kubelet' } }],
  ['protected-sshd', 'reach the host', { request: signal, process: { comm: 'sshd' } }],
  ['protected-oom-immune', '-1000', { request: signal, process: { oomScoreAdj: -1000 } }],
  [
    'protected-service',
    'cannot do without',
    {
      request: { wanted: { action: 'RESTART_SERVICE', service: { name: 'ssh', manager: null } } },
      target: { process: null },
    },
  ],
  [
    'protected-service',
    'cannot do without',
    { request: { wanted: { action: 'RESTART_SERVICE', service: { name: 'whodunit-agent', manager: 'docker' } } } },
  ],
  ['zombie', 'dead already', { request: signal, process: { episode: zombie } }],
  [
    'uninterruptible',
    '(nfs_wait)',
    { request: signal, process: { episode: { state: 'uninterruptible', waitChannel: 'nfs_wait' } } },
  ],
  ['uninterruptible', 'device or mount', { process: { episode: { state: 'uninterruptible', waitChannel: null } } }],
  ['not-stopped', 'is not stopped', { request: { wanted: wanted.resume }, process: { episode: zombie } }],
  ['no-zombies', 'no zombies', { request: { wanted: wanted.killZombieParent }, target: { zombies: [] } }],
  [
    'no-zombies',
    'no zombies',
    {
      request: { wanted: wanted.killZombieParent },
      target: { zombies: [{ ref: { pid: 9, start: '9' }, comm: '', cgroup: null, parent: { pid: 4711, start: '1' } }] },
    },
  ],
  ['not-a-command', 'signal', { request: { wanted: { ...wanted.signal, signal: 65 } } }],
  ['not-a-command', 'oomScoreAdj', { request: { wanted: { ...wanted.oomScoreAdj, oomScoreAdj: -1001 } } }],
  ['busy', 'not over yet', { target: { history: history({ openJob: 'j1' }) } }],
  [
    'restart-loop',
    '3 times within an hour with the cause CRASHED',
    { request: byPolicy, facts: { policy: example.armed, targets: [example.target({ history: loop })] } },
  ],
  [
    'restart-loop',
    'restart loop already',
    {
      request: byPolicy,
      facts: { policy: example.armed, targets: [example.target({ history: history({ isRestartLoop: true }) })] },
    },
  ],
  ['cooldown', 'next may come in 3 seconds', { target: { history: history({ lastJobSecondsAgo: 2 }) } }],
  ['target-pace', '12 jobs', { target: { history: history({ jobsLastHour: 12 }) } }],
  ['host-pace', '30 jobs', { target: { host: host({ jobsLastHour: 30 }) } }],
];

describe('guards', () => {
  it.each(cases)('%s: %s', (what, word, given) => {
    const found = objections(given).find(({ code }) => code === `remedy/${what}`);
    expect(found?.text).toContain(word);
    expect(found?.text).toMatch(/[^.]\.$/);
  });

  it('has_a_case_for_every_guard', () => {
    expect(guardCodes.filter((code) => !cases.some(([what]) => code === `remedy/${what}`))).toEqual([]);
    expect(new Set(guardCodes).size).toBe(guardCodes.length);
  });

  it.each(Object.entries(wanted))('lets_%s_of_an_ordinary_target_pass', (_, action) => {
    expect(objections({ request: { wanted: action } })).toEqual([]);
    expect(objections({ request: { wanted: action, ...byPolicy }, facts: { policy: example.armed } })).toEqual([]);
  });

  it('lets_pass_what_only_looks_like_it', () => {
    const sshd = [{ ref: { pid: 800, start: '1' }, comm: 'sshd', args: [] }];
    expect(objections({ request: signal, process: { comm: 'sshd-session', exe: null, ancestry: sshd } })).toEqual([]);
    expect(objections({ target: { history: loop } })).toEqual([]);
    expect(objections({ process: { ended: 5n } })).toEqual([]);
    expect(
      objections({ target: { unitCgroups: ['/system.slice/worker.service/a', '/system.slice/worker.service'] } }),
    ).toEqual([]);
    expect(objections({ request: { wanted: wanted.reboot }, process: { comm: 'sshd' } })).toEqual([]);
    expect(objections({ facts: { fleet: fleet({ hosts: 1, healthy: 1 }) } })).toEqual([]);
    // It is in trouble itself: a restart makes it no worse.
    const inTrouble = example.target({ host: host({ healthy: false }) });
    expect(objections({ facts: { fleet: fleet({ healthy: 2 }), targets: [inTrouble] } })).toEqual([]);
  });

  it('tells_all_objections_and_escapes_what_a_process_chose', () => {
    const found = objections({
      request: { ...signal, reason: '' },
      process: { comm: 'x\u202ey', kernelThread: true, oomScoreAdj: -1000 },
    });
    expect(found.map(({ code }) => code)).toEqual([
      'remedy/no-reason',
      'remedy/protected-kernel-thread',
      'remedy/protected-oom-immune',
    ]);
    expect(found[1]?.text).toContain('"x\\u{202e}y" (pid 4711)');
    expect(found[1]?.host).toBe(machineId(1));
  });
});
