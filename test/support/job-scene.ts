/**
 * Generated fleets, process trees and requests for the properties. What is protected is known here by how it was made, not by
 * the guards. Most of it is ordinary, or hardly anything would be planned.
 */
import fc from 'fast-check';
import type { ProcessRef } from '../../src/contract/index.js';
import * as example from '../../src/remedy/job-example.js';
import type { HostFacts, JobFacts, TargetFacts, TargetProcessFacts } from '../../src/remedy/job-facts.js';
import type { JobRequest, Wanted } from '../../src/remedy/request.js';

/** A process of a host; `isProtected` by its role in the tree. */
export interface Node {
  readonly process: TargetProcessFacts;
  readonly isProtected: boolean;
}

export interface Scene {
  readonly request: JobRequest;
  readonly facts: JobFacts;
  /** The nodes that were meant, by machine id. */
  readonly meant: ReadonlyMap<string, Node>;
  /** The name of the service that is asked for is that of one which the host needs. */
  readonly isProtectedService: boolean;
}

/** What is odd makes a refusal: with all that can be odd, most requests are refused still. */
const rarely = <T>(ordinary: T, ...odd: readonly T[]) =>
  fc.oneof(
    { weight: 30, arbitrary: fc.constant(ordinary) },
    { weight: 1, arbitrary: fc.constantFrom(...odd, ordinary) },
  );

const protectedNames = [
  ...[
    'systemd',
    'init',
    'systemd-journald',
    'systemd-logind',
    'tini',
    'dumb-init',
    'dbus-daemon',
    'dbus-broker',
    'dockerd',
  ],
  ...['containerd', 'containerd-shim-runc-v2', 'runc', 'crun', 'conmon', 'crio', 'podman', 'kubelet', 'k3s', 'sshd'],
];
const ordinaryNames = [
  'nginx',
  'postgres',
  'java',
  'node',
  'x\u202ey',
  'kill (pid 1)',
  'sshdx',
  'my-init',
  'docker-app',
  '',
];
const protectedServices = [
  'ssh.service',
  'sshd',
  'dbus',
  'docker',
  'containerd.service',
  'kubelet',
  'user@1000.service',
  'whodunit-agent',
];

/** Roles of a target, with what makes each one what it is. */
const roles = ['ordinary', 'init', 'kernel', 'agent', 'above-agent', 'named', 'named-by-exe', 'immune'] as const;

const role = fc.oneof(
  { weight: 10, arbitrary: fc.constant('ordinary' as const) },
  { weight: 3, arbitrary: fc.constantFrom(...roles) },
);

const traits = fc.record({
  role,
  depth: fc.nat(4),
  name: fc.constantFrom(...ordinaryNames),
  badName: fc.constantFrom(...protectedNames),
  pid: fc.integer({ min: 3, max: 4_194_304 }),
  start: fc.integer({ min: 1, max: 2 ** 40 }),
  state: rarely<'zombie' | 'uninterruptible' | 'stopped' | null>(null, 'zombie', 'uninterruptible', 'stopped'),
  ended: rarely<TargetProcessFacts['ended']>('not yet', 5n, null),
  cgroup: rarely<string | null>('/system.slice/worker.service', null),
  oomScoreAdj: fc.constantFrom(null, 0, 500, -999),
  unit: rarely<string | null>('worker.service', 'other.service', null),
  isTwice: rarely(false, true),
  zombies: fc.nat(3),
});

const hostTraits = fc.record({
  traits,
  online: rarely(true, false),
  healthy: rarely(true, false),
  bootId: rarely<string | null>(example.bootId, 'ffffffff-0000-4000-8000-000000000000', null),
  hostJobs: fc.oneof(fc.nat(4), fc.nat(4), fc.nat(4), fc.nat(40)),
  targetJobs: fc.oneof(fc.nat(2), fc.nat(2), fc.nat(2), fc.nat(16)),
  lastJob: fc.oneof(fc.constant(null), fc.constant(null), fc.nat(1_000)),
  openJob: rarely<string | null>(null, 'job'),
  deaths: fc.oneof(fc.constant(0), fc.nat(4)),
  isLoop: rarely(false, true),
});

type HostTraits = typeof hostTraits extends fc.Arbitrary<infer T> ? T : never;

const fleetTraits = fc.record({
  passive: rarely(false, true),
  others: fc.nat(40),
  sick: fc.oneof(fc.constant(0), fc.constant(0), fc.nat(8)),
  disturbed: rarely(0, 1, 3),
  inTrouble: fc.oneof(fc.constant(0), fc.nat(12)),
  jobsLastHour: fc.oneof(fc.nat(20), fc.nat(20), fc.nat(20), fc.nat(1_100)),
});

const wantedTraits = fc.record({
  action: fc.constantFrom('restart', 'restart-of', 'kill-parent', 'signal', 'resume', 'oom', 'reboot'),
  signal: rarely(15, 9, 64, 0, 65, -1),
  score: rarely(500, -1000, 1000, 1001),
  service: rarely('worker.service', ...protectedServices, 'multi-user.target', '--all', 'a b', '../x'),
  isOtherStart: rarely(false, true),
});

export const scene: fc.Arbitrary<Scene> = fc
  .record({
    hosts: fc.oneof(
      { weight: 3, arbitrary: fc.array(hostTraits, { minLength: 1, maxLength: 1 }) },
      { weight: 1, arbitrary: fc.array(hostTraits, { minLength: 1, maxLength: 12 }) },
    ),
    fleet: fleetTraits,
    wanted: wantedTraits,
    slack: rarely(0, -1, 5),
    reason: rarely('because', '', ' ', 'x'.repeat(1_025)),
    policy: fc.oneof(
      fc.constant(null),
      fc.record({
        armed: rarely(true, false),
        atMostPerHour: fc.integer({ min: 1, max: 20 }),
        jobsLastHour: fc.nat(6),
      }),
    ),
    isMixedUp: rarely(false, true),
  })
  .map(({ hosts, fleet, wanted, slack, reason, policy, isMixedUp }) => {
    const nodes = hosts.map((host) => nodeOf(host.traits));
    const isProtectedService = wanted.action === 'restart' && protectedServices.includes(wanted.service);
    const known = (target: TargetFacts) => (isProtectedService ? { ...target, process: null } : target);
    const targets = hosts.map((host, index) => known(targetOf(host, nodes[index]!, index)));
    const ids = targets.map(({ host }) => host.id);
    const size = ids.length + fleet.others;
    const healthy = Math.max(targets.filter(({ host }) => host.healthy).length, size - fleet.sick);
    const request: JobRequest = {
      wanted: wantedOf(wanted, nodes[0]!),
      hosts: ids,
      maxHosts: ids.length + slack,
      requester: policy === null ? example.alice : example.policyOfBob,
      reason,
    };
    const facts = {
      fleet: { ...fleet, hosts: size, healthy: Math.min(size, healthy) },
      targets: isMixedUp ? targets.toReversed() : targets,
      policy,
    };
    return { request, facts, meant: new Map(ids.map((id, index) => [id, nodes[index]!])), isProtectedService };
  });

function nodeOf({ role, ...of }: HostTraits['traits']): Node {
  const ref = role === 'init' ? { pid: 1, start: '0' } : { pid: of.pid, start: String(of.start) };
  const shell = { ref: { pid: 10 + of.depth, start: '7' }, comm: 'bash', args: [] };
  const ancestry =
    role === 'kernel' ? [{ ref: { pid: 2, start: '0' }, comm: 'kthreadd', args: [] }] : Array(of.depth).fill(shell);
  const process = example.worker({
    ref,
    comm: role === 'named' ? of.badName.slice(0, 15) : of.name,
    exe: role === 'named-by-exe' ? `/usr/sbin/${of.badName}` : `/opt/${of.name}`,
    kernelThread: role === 'kernel' && of.depth % 2 === 0,
    ancestry,
    cgroup: of.cgroup,
    unit: of.unit,
    ended: of.ended,
    oomScoreAdj: role === 'immune' ? -1000 : of.oomScoreAdj,
    episode: of.state === null ? null : { state: of.state, waitChannel: 'io_schedule' },
  });
  return { process, isProtected: role !== 'ordinary' };
}

function targetOf(host: HostTraits, { process }: Node, index: number): TargetFacts {
  const self = { pid: 900 + index, start: '900' };
  const { role, isTwice } = host.traits;
  const agent: Record<string, readonly ProcessRef[]> = {
    agent: [process.ref, self],
    'above-agent': [self, process.ref],
  };
  const zombies = Array.from({ length: host.traits.zombies }, (_, at) => ({
    ...{ ref: { pid: 4_000_000 + at, start: '1' }, comm: 'z', cgroup: null },
    parent: at === 1 ? { pid: process.ref.pid, start: '99' } : process.ref,
  }));
  return example.target({
    host: hostOf(host, agent[role] ?? [self], index),
    process,
    zombies,
    unitCgroups: isTwice ? ['/system.slice/worker.service', '/m/system.slice/worker.service'] : [],
    history: {
      openJob: host.openJob,
      jobsLastHour: host.targetJobs,
      lastJobSecondsAgo: host.lastJob,
      deathsLastHour: host.deaths === 0 ? null : { cause: 'CRASHED', count: host.deaths },
      isRestartLoop: host.isLoop,
    },
  });
}

function hostOf(host: HostTraits, agent: readonly ProcessRef[], index: number): HostFacts {
  const { online, healthy, bootId, hostJobs: jobsLastHour } = host;
  const id = example.machineId(index + 1);
  return example.host({ id, name: `h${index}`, online, healthy: online && healthy, bootId, agent, jobsLastHour });
}

type WantedTraits = typeof wantedTraits extends fc.Arbitrary<infer T> ? T : never;

function wantedOf({ action, signal, score, service, isOtherStart }: WantedTraits, { process }: Node): Wanted {
  const ref = isOtherStart ? { ...process.ref, start: `${process.ref.start}1` } : process.ref;
  const of = { bootId: example.bootId, ref };
  switch (action) {
    case 'restart':
      return { action: 'RESTART_SERVICE', service: { name: service, manager: null } };
    case 'restart-of':
      return { action: 'RESTART_SERVICE', service: { process: of } };
    case 'kill-parent':
      return { action: 'KILL_ZOMBIE_PARENT', process: of };
    case 'signal':
      return { action: 'SIGNAL_PROCESS', process: of, signal };
    case 'resume':
      return { action: 'RESUME_PROCESS', process: of };
    case 'oom':
      return { action: 'SET_OOM_SCORE_ADJ', process: of, oomScoreAdj: score };
    default:
      return { action: 'REBOOT_HOST' };
  }
}
