/**
 * Whom no command touches, whatever it is signed with and whatever the local policy says: who keeps the host, or the way to it,
 * alive. Pure. A process that calls itself like one of these is left alone too.
 */

export interface ProcessFacts {
  readonly pid: number;
  /** In the innermost pid namespace that it is in. */
  readonly innermostPid: number;
  readonly parentPid: number;
  readonly parentComm: string | undefined;
  /** Letter of proc_pid_stat(5). */
  readonly state: string;
  readonly startTicks: bigint;
  readonly kernelThread: boolean;
  readonly comm: string;
  /** Last part of its exe; undefined for kernel threads and zombies. */
  readonly program: string | undefined;
  readonly uid: number;
  readonly oomScoreAdj: number;
  readonly cgroup: string | undefined;
}

const inits = ['systemd', 'systemd-executor', 'systemd-logind', 'systemd-journald', 'systemd-udevd', 'init', 'upstart'];
const otherInits = ['openrc-init', 'runit', 'runit-init', 's6-svscan', 'dinit', 'finit', 'tini', 'dumb-init'];
const containerInits = ['docker-init', 'catatonit', 'podman-init'];
const buses = ['dbus-daemon', 'dbus-broker', 'dbus-broker-launch'];
const runtimes = ['dockerd', 'containerd', 'runc', 'crun', 'conmon', 'conmonrs', 'crio', 'cri-dockerd', 'podman'];
const otherRuntimes = ['systemd-nspawn', 'lxc-start', 'lxd', 'incusd', 'kubelet', 'k3s', 'k3s-server', 'k3s-agent'];

const names: ReadonlySet<string> = new Set(
  [inits, otherInits, containerInits, buses, runtimes, otherRuntimes].flat().flatMap((name) => [name, commOf(name)]),
);
const shim = /^containerd-shim/;

const never = -1000;

/** A reason; undefined when it may be acted on. `agentLine`: pids of the agent and its ancestors. `more`: names, local additions. */
export function whyProtected(
  facts: ProcessFacts,
  agentLine: ReadonlySet<number>,
  more: readonly string[],
): string | undefined {
  const own = [facts.comm, ...(facts.program === undefined ? [] : [facts.program])];
  if (facts.pid === 1) return 'it is process 1';
  if (facts.kernelThread) return 'it is a kernel thread';
  if (agentLine.has(facts.pid)) return 'it is the agent, or one of its ancestors';
  if (facts.oomScoreAdj <= never) return 'its oom_score_adj is -1000: even the OOM killer must not take it';
  if (own.some((name) => names.has(name) || shim.test(name)))
    return `${facts.program ?? facts.comm} keeps the host or its containers going`;
  if (own.includes('sshd') && !(facts.parentComm ?? '').startsWith('sshd')) return 'it is the sshd that lets people in';
  if (own.some((name) => more.some((local) => name === local || name === commOf(local))))
    return 'the policy of this host protects it';
  return undefined;
}

/** Whoever is process 1 in a pid namespace takes all of it along, and is given every orphan in it. */
export function isNamespaceInit({ innermostPid }: ProcessFacts): boolean {
  return innermostPid === 1;
}

const services: ReadonlySet<string> = new Set([
  ...['whodunit-agent', 'dbus', 'dbus-broker', 'docker', 'containerd', 'crio', 'cri-o', 'podman', 'kubelet', 'k3s'],
  ...['k3s-agent', 'ssh', 'sshd', 'systemd-logind', 'systemd-journald', 'systemd-udevd'],
  // What takes the host down is no service.
  ...['emergency', 'rescue', 'reboot', 'halt', 'poweroff', 'single', 'killprocs', 'sendsigs', 'umountfs', 'umountroot'],
]);
const systemStates = /^systemd-(reboot|poweroff|halt|kexec|exit|soft-reboot|suspend|hibernate|hybrid-sleep)/;
/** A user's manager, with everything that the user runs. */
const userManagers = /^user(-runtime-dir)?@/;

export function whyServiceProtected(service: string): string | undefined {
  const name = service.replace(/\.service$/, '');
  return services.has(name) || systemStates.test(name) || userManagers.test(name)
    ? 'it keeps the host or its containers going'
    : undefined;
}

/** As the kernel cuts it: TASK_COMM_LEN. */
function commOf(name: string): string {
  return name.slice(0, 15);
}
