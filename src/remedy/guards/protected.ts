/**
 * What no job touches, whoever asks and approves. By name too, though any program may bear any name: what only pretends is left to
 * people. The agent keeps a list of its own, and the server cannot shorten it.
 */
import type { ProcessRef } from '../../contract/index.js';
import { plainOrQuoted } from '../../verdict/index.js';
import type { HostFacts, TargetProcessFacts } from '../job-facts.js';
import { processName } from '../words.js';
import type { Guard, TargetContext } from './guard.js';

export const protectedGuards: readonly Guard<TargetContext>[] = [
  ofProcess('init', 'is process 1: without it there is no host', ({ ref }) => ref.pid === 1),
  ofProcess('kernel-thread', 'is a thread of the kernel, which no signal ends', isKernelThread),
  ofProcess('agent', 'is our agent, or what our agent runs under', isOfAgent),
  ofProcess('init-system', 'is an init system, which waits for the children of others', isInitSystem),
  ofProcess(
    'dbus',
    'is a message bus that services depend on',
    isNamed(['dbus-daemon', 'dbus-broker', 'dbus-broker-launch']),
  ),
  ofProcess('container-runtime', 'is a container runtime: containers would be left without it', isContainerRuntime),
  ofProcess(
    'kubelet',
    'is the kubelet, or what it is built into',
    isNamed(['kubelet', 'k3s', 'k3s-server', 'k3s-agent', 'rke2', 'microk8s']),
  ),
  ofProcess('sshd', 'is how people reach the host', isListeningSshd),
  ofProcess(
    'oom-immune',
    'has an oom_score_adj of -1000: somebody declared it indispensable',
    ({ oomScoreAdj }) => oomScoreAdj === -1000,
  ),
  { code: 'remedy/protected-service', objects: ({ service }) => protectedService(service) },
];

type Is = (process: TargetProcessFacts, host: HostFacts, context: TargetContext) => boolean;

function ofProcess(what: string, because: string, is: Is): Guard<TargetContext> {
  const objects = (context: TargetContext) => {
    const { process, host } = context.target;
    return process !== null && is(process, host, context) ? `${processName(process)} ${because}.` : null;
  };
  return { code: `remedy/protected-${what}`, objects };
}

/** kthreadd is process 2 and the parent of them all. */
function isKernelThread({ ref, kernelThread, ancestry }: TargetProcessFacts): boolean {
  return kernelThread || ref.pid === 2 || ancestry[0]?.ref.pid === 2;
}

function isOfAgent(process: TargetProcessFacts, { agent }: HostFacts): boolean {
  const isOne = (ref: ProcessRef) => ref.pid === process.ref.pid && ref.start === process.ref.start;
  return agent.some(isOne) || namesOf(process).some((name) => name.startsWith('whodunit'));
}

/** What serves one session may be ended like the session. */
function isListeningSshd(process: TargetProcessFacts): boolean {
  return isNamed(['sshd', 'dropbear'])(process) && !/^(sshd|dropbear)/.test(process.ancestry[0]?.comm ?? '');
}

/** A container's own init is what its runtime ends when it restarts it. */
function isInitSystem(process: TargetProcessFacts, _host: HostFacts, { service }: TargetContext): boolean {
  const isOfContainer = service !== null && typeof service !== 'string' && isContainerManager(service.manager);
  return !isOfContainer && isNamed(initSystems)(process);
}

const initSystems = [
  ...[
    'init',
    'systemd',
    '(sd-pam)',
    'systemd-journald',
    'systemd-udevd',
    'systemd-logind',
    'systemd-shutdown',
    'upstart',
    'systemd-executor',
  ],
  ...['openrc-init', 'runit', 'runit-init', 'runsvdir', 's6-svscan', 'dinit', 'procd', 'shepherd', 'finit', 'elogind'],
  ...['tini', 'docker-init', 'dumb-init', 'catatonit', 'podman-init'],
];

function isContainerManager(manager: string): boolean {
  return manager === 'docker' || manager === 'podman';
}

function isContainerRuntime(process: TargetProcessFacts): boolean {
  return isNamed(containerRuntimes)(process) || namesOf(process).some((name) => name.startsWith('containerd-shim'));
}

export const containerRuntimes: readonly string[] = [
  ...[
    'dockerd',
    'docker-proxy',
    'containerd',
    'containerd-shim',
    'runc',
    'crun',
    'youki',
    'runsc',
    'conmon',
    'conmonrs',
  ],
  ...['crio', 'podman', 'buildkitd', 'lxc-start', 'lxcfs', 'lxd', 'incusd', 'systemd-machined', 'systemd-nspawn'],
];

/** By the kernel's name, which is cut to 15 characters, or by the executable's. */
function isNamed(names: readonly string[]): (process: TargetProcessFacts) => boolean {
  const cut = new Set(names.map((name) => name.slice(0, 15)));
  return (process) => namesOf(process).some((name) => cut.has(name.slice(0, 15)));
}

function namesOf({ comm, exe }: TargetProcessFacts): readonly string[] {
  const file = exe
    ?.replace(/ \(deleted\)$/, '')
    .split('/')
    .at(-1);
  return file === undefined ? [comm] : [comm, file];
}

/** Whatever manages it, but containers may be called as they like, except like ours. */
function protectedService(service: TargetContext['service']): string | null {
  if (service === null || typeof service === 'string') return null;
  const name = service.name.replace(/\.service$/, '').replace(/@.*$/, '');
  const isProtected =
    name.startsWith('whodunit') || (!isContainerManager(service.manager) && protectedServices.test(name));
  return isProtected
    ? `${plainOrQuoted(service.name)} is a service that the host, or Whodunit, cannot do without.`
    : null;
}

/** With the aliases that distributions give them, and what takes the host down. */
const protectedServices = new RegExp(
  `^(${[
    ...[
      'sshd?',
      'dropbear',
      'dbus(-broker|-daemon|-org\\..*)?',
      'messagebus',
      'dockerd?',
      'containerd',
      'podman',
      'cri-?o',
    ],
    ...[
      'kubelet',
      'k3s(-.*)?',
      'rke2(-.*)?',
      'lxcfs?',
      'lxd',
      'incusd?',
      'init',
      'user(-runtime-dir)?',
      'elogind',
      'udev',
    ],
    ...['systemd-(journald|udevd|logind|machined|nspawn)', 'systemd-(reboot|poweroff|halt|kexec|exit|soft-reboot)'],
    ...['systemd-(suspend|hibernate|hybrid-sleep).*', 'emergency', 'rescue', 'reboot', 'halt', 'poweroff', 'single'],
    ...['killprocs', 'sendsigs', 'umountfs', 'umountroot'],
  ].join('|')})$`,
);
