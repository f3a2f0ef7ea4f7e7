/** Deaths by those who stop things for a living, as a sensor that sees everything would tell them, each with its cause. */
import {
  alice,
  command,
  death,
  diedAt,
  kernelMade,
  kill,
  memoryState,
  process,
  sent,
  service,
  systemd,
  worker,
} from './example.js';
import type { CommandFacts, DeathFacts, ProcessFacts } from './facts.js';

const id = '8c1a3f5e7b9d0246813579acebdf02468ace13579bdf02468ace13579bdf0246';
const podman = { ref: { pid: 4710, start: '4710000' }, comm: 'podman', args: ['podman', 'stop', 'web'] };
const runc = process({ pid: 4712, comm: 'runc', args: ['runc', 'kill', id, '9'], login: alice, ancestry: [podman] });
const contained = { ...worker, container: { id, runtime: 'podman', pod: null }, cgroup: `/libpod_parent/libpod-${id}` };
/** A job that carol asked for and dave allowed; `by` acted. */
export function commanded(by: ProcessFacts['ref']): CommandFacts {
  return { job: '4f1c2d3e-0000-4000-8000-000000000001', requestedBy: 'carol', approvedBy: ['dave'], by };
}
export const ourAgent = process({ pid: 700, comm: 'node', uid: 0, userName: 'root', unit: 'whodunit-agent.service' });
export const podmanOfOurs = { ...podman, args: ['podman', 'restart', 'web'] };
export const runcOfOurs = { ...runc, login: null, ancestry: [podmanOfOurs] };
const restartByUs = command(['systemctl', 'restart', 'redis-server'], 150, { login: null });
export const stopRedis = command(['systemctl', 'stop', 'redis-server'], 150);
export const asked = sent(15, systemd, { disposition: 'caught', msBefore: 120 });
const earlyoom = process({
  pid: 812,
  comm: 'earlyoom',
  args: ['/usr/bin/earlyoom', '-r', '3600'],
  uid: 0,
  userName: 'root',
  unit: 'earlyoom.service',
  ancestry: [{ ref: { pid: 1, start: '10' }, comm: 'systemd', args: ['/sbin/init'] }],
});
const inner = { ...systemd, ref: { pid: 4400, start: '4400000' }, cgroup: '/payload/init.scope' };
const last = { ...inner, comm: 'systemd-shutdow' };
const parent = (of: typeof inner) => ({ ref: of.ref, comm: of.comm, args: of.args });

export const tellingStops: Readonly<Record<string, [cause: string, facts: DeathFacts]>> = {
  'service stopped': ['SERVICE_STOP', death({ victim: service, signal: 15, signals: [sent(15, systemd)] })],
  'service stopped on request': [
    'SERVICE_STOP',
    death({ victim: service, signal: 15, signals: [sent(15, systemd)], requests: [stopRedis] }),
  ],
  'service stopped cleanly': [
    'SERVICE_STOP',
    death({ victim: service, code: 0, signals: [asked], requests: [stopRedis] }),
  ],
  'service stopped by its stop command': [
    'SERVICE_STOP',
    death({
      victim: service,
      signal: 15,
      signals: [
        sent(15, {
          ...kill,
          ref: { pid: 4712, start: String(diedAt - 100_000_000n) },
          unit: service.unit,
          ancestry: service.ancestry,
        }),
      ],
      requests: [stopRedis],
    }),
  ],
  'service in a machine stopped': [
    'SERVICE_STOP',
    death({ victim: { ...service, ancestry: [parent(inner)] }, signal: 15, signals: [sent(15, inner)] }),
  ],
  'stop timed out': [
    'SERVICE_STOP_TIMEOUT',
    death({ victim: service, signal: 9, signals: [asked, sent(9, systemd)], requests: [stopRedis] }),
  ],
  watchdog: ['WATCHDOG', death({ victim: service, signal: 6, coreDumped: true, signals: [sent(6, systemd)] })],
  'kill of a watchdogs number on request': [
    'SERVICE_STOP',
    death({
      victim: service,
      signal: 6,
      signals: [sent(6, systemd)],
      requests: [command(['systemctl', 'kill', '-s', 'ABRT', 'redis-server'], 10)],
    }),
  ],
  'container stopped': ['CONTAINER_STOP', death({ victim: contained, signal: 9, signals: [sent(9, runc)] })],
  'grace ran out': [
    'CONTAINER_STOP',
    death({
      victim: contained,
      signal: 9,
      signals: [sent(15, runc, { result: 'ignored', msBefore: 2_000 }), sent(9, runc)],
    }),
  ],
  'our own job': [
    'REMEDIATION',
    death({
      command: commanded(ourAgent.ref),
      signal: 9,
      signals: [sent(15, ourAgent, { disposition: 'ignored', result: 'ignored', msBefore: 5_000 }), sent(9, ourAgent)],
    }),
  ],
  'our own restart of a service': [
    'REMEDIATION',
    death({
      command: commanded(restartByUs.process.ref),
      victim: service,
      code: 0,
      signals: [asked],
      requests: [restartByUs],
    }),
  ],
  'freed memory': [
    'OOM_USERSPACE',
    death({ signal: 15, signals: [sent(15, earlyoom, { memoryState: memoryState() })] }),
  ],
  'freed memory, how much there was is not known': [
    'OOM_USERSPACE',
    death({ signal: 15, signals: [sent(15, earlyoom)] }),
  ],
  'host went down': [
    'SHUTDOWN',
    death({ victim: service, code: 0, signals: [asked], requests: [command(['reboot'], 3_000)] }),
  ],
  'last broadcast': ['SHUTDOWN', death({ signal: 15, signals: [sent(15, last)] })],
  'rest of a machine': [
    'SHUTDOWN',
    death({ victim: { ...worker, ancestry: [parent(last)] }, signal: 9, signals: [kernelMade(9, { running: last })] }),
  ],
};
