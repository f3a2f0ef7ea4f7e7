/**
 * Example requests and facts for specs: alice asks for something on db1, of five healthy hosts, with its worker (pid 4711) of
 * worker.service. Every field can be overridden; as it is, each action is planned.
 */
import { unknownProcess } from '../verdict/index.js';
import type { FleetFacts, HostFacts, JobFacts, TargetFacts, TargetHistory, TargetProcessFacts } from './job-facts.js';
import type { JobRequest, Requester, Wanted } from './request.js';

export const bootId = '8c1d2f3e-0000-4000-8000-000000000001';
export const alice: Requester = { kind: 'person', name: 'alice' };
export const policyOfBob: Requester = { kind: 'policy', name: 'keep-worker', armedBy: 'bob' };
export const workerProcess = { bootId, ref: { pid: 4711, start: '4711000' } };

export const wanted = {
  restart: { action: 'RESTART_SERVICE', service: { name: 'worker.service', manager: null } },
  killZombieParent: { action: 'KILL_ZOMBIE_PARENT', process: workerProcess },
  signal: { action: 'SIGNAL_PROCESS', process: workerProcess, signal: 15 },
  resume: { action: 'RESUME_PROCESS', process: workerProcess },
  oomScoreAdj: { action: 'SET_OOM_SCORE_ADJ', process: workerProcess, oomScoreAdj: 500 },
  reboot: { action: 'REBOOT_HOST' },
} as const satisfies Record<string, Wanted>;

export function machineId(number: number): string {
  return number.toString(16).padStart(32, '0');
}

export function request(overrides: Partial<JobRequest> = {}): JobRequest {
  return {
    ...{ wanted: wanted.restart, hosts: [machineId(1)], maxHosts: 1, requester: alice, reason: 'it hangs' },
    ...overrides,
  };
}

export function worker(overrides: Partial<TargetProcessFacts> = {}): TargetProcessFacts {
  return {
    ...unknownProcess(workerProcess.ref, { comm: 'worker', exe: '/usr/bin/worker', ended: 'not yet' }),
    ...{ bootId, unit: 'worker.service', cgroup: '/system.slice/worker.service', oomScoreAdj: 0, episode: null },
    ...overrides,
  };
}

export function host(overrides: Partial<HostFacts> = {}): HostFacts {
  return {
    ...{ id: machineId(1), name: 'db1', bootId, online: true, seenSecondsAgo: 1, healthy: true, rung: 'ebpf' },
    ...{ init: 'systemd', agent: [{ pid: 900, start: '900000' }], jobsLastHour: 0 },
    ...overrides,
  };
}

export function target(overrides: Partial<TargetFacts> = {}): TargetFacts {
  const zombie = { ref: { pid: 4800, start: '4800000' }, comm: 'child', cgroup: null, parent: workerProcess.ref };
  return {
    ...{ host: host(), process: worker(), zombies: [zombie], unitCgroups: ['/system.slice/worker.service'] },
    history: history(),
    ...overrides,
  };
}

export function history(overrides: Partial<TargetHistory> = {}): TargetHistory {
  const nothing = {
    openJob: null,
    jobsLastHour: 0,
    lastJobSecondsAgo: null,
    deathsLastHour: null,
    isRestartLoop: false,
  };
  return { ...nothing, ...overrides };
}

export function fleet(overrides: Partial<FleetFacts> = {}): FleetFacts {
  return { passive: false, hosts: 5, healthy: 5, inTrouble: 0, disturbed: 0, jobsLastHour: 0, ...overrides };
}

export function facts(overrides: Partial<JobFacts> = {}): JobFacts {
  return { fleet: fleet(), targets: [target()], policy: null, ...overrides };
}

export const armed = { armed: true, atMostPerHour: 3, jobsLastHour: 0 };
