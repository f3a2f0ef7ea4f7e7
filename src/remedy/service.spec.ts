import { describe, expect, it } from 'vitest';
import * as example from './job-example.js';
import type { TargetProcessFacts } from './job-facts.js';
import { serviceOf } from './service.js';

const id = 'f'.repeat(64);
const podman = { id, runtime: 'podman', pod: null };
const byProcess = (process: Partial<TargetProcessFacts>) =>
  serviceOf({ process: example.workerProcess }, example.target({ process: example.worker(process) }));
const byName = (name: string, init: string | null) =>
  serviceOf({ name, manager: null }, example.target({ host: example.host({ init }) }));

describe('serviceOf', () => {
  it.each([
    ['redis.service', null, { manager: 'systemd', name: 'redis.service' }],
    ['redis', 'systemd', { manager: 'systemd', name: 'redis.service' }],
    ['redis', 'init', { manager: 'sysvinit', name: 'redis' }],
    ['redis', null, expect.stringContaining('name the manager')],
    ['redis.socket', 'systemd', expect.stringContaining('another kind of unit')],
    ['--now', 'systemd', expect.stringContaining('no name of a service')],
    ['../redis', 'systemd', expect.stringContaining('no name of a service')],
  ])('takes_the_name_%s_under_%s', (name, init, service) => {
    expect(byName(name, init)).toEqual(service);
  });

  it.each<[string, Partial<TargetProcessFacts>, unknown]>([
    ['a unit', {}, { manager: 'systemd', name: 'worker.service' }],
    ['a container', { unit: null, container: podman, cgroup: `/libpod-${id}` }, { manager: 'podman', name: id }],
    [
      'a unit within a container',
      { container: podman, cgroup: `/machine.slice/libpod-${id}.scope/system.slice/worker.service` },
      { manager: 'podman', name: id },
    ],
    [
      'a container within a unit',
      { container: podman, cgroup: `/system.slice/worker.service/libpod-payload-${id}` },
      { manager: 'systemd', name: 'worker.service' },
    ],
    ['a pod', { unit: null, container: { ...podman, runtime: 'containerd' } }, expect.stringContaining('orchestrator')],
    ['a session', { unit: 'session-3.scope' }, expect.stringContaining('no service')],
    ['nothing', { unit: null }, expect.stringContaining('no service')],
    [
      "a user's manager",
      { cgroup: '/user.slice/user-1000.slice/user@1000.service/app.slice/worker.service' },
      expect.stringContaining("user's own"),
    ],
    [
      'supervisord',
      { unit: 'supervisor.service', ancestry: [{ ref: { pid: 5, start: '5' }, comm: 'supervisord', args: [] }] },
      expect.stringContaining('name the program'),
    ],
  ])('finds_the_service_of_a_process_in_%s', (_, process, service) => {
    expect(byProcess(process)).toEqual(service);
  });
});
