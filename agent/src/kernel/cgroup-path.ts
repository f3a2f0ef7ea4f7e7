/**
 * What a cgroup's path says about who runs there: systemd unit, container, pod, machine. The layouts are those of
 * systemd (CGROUP_DELEGATION.md, src/basic/cgroup-util.c), runc's two cgroup drivers, podman and the kubelet.
 *
 * Behaviour
 * - The nearest wins: a path is read from its end, so a service inside a container or a booted machine is that service.
 * - A container's own scope is its container and no unit; outside a container's unit is looked for only where the
 *   container is part of a service (podman --cgroups=split), not where a runtime's daemon happens to hold it.
 * - Slices group units and are none.
 */
export interface Container {
  readonly id: string;
  readonly runtime: string;
  /** Kubernetes' uid of the pod. */
  readonly pod?: string;
}

export interface Placement {
  readonly unit?: string;
  /** The unit belongs to a user's manager (systemd --user). */
  readonly userUnit?: true;
  readonly container?: Container;
  /** The name of a booted machine (systemd-nspawn, LXC) or a virtual machine. */
  readonly machine?: string;
}

const segmentsMax = 64;
const unitCharactersMax = 255;

const runtimes: Readonly<Record<string, string>> = {
  docker: 'docker',
  'cri-containerd': 'containerd',
  nerdctl: 'containerd',
  crio: 'cri-o',
  libpod: 'podman',
  'libpod-payload': 'podman',
};

const unitPattern = /^[A-Za-z0-9:_.\\@-]+\.(service|scope|socket|mount|swap)$/;
const userManagerPattern = /^user@\d+\.service$/;
/** `docker-<id>.scope`, `libpod-<id>`, `crio-<id>`, `….slice:cri-containerd:<id>` */
const namedContainerPattern = /^(?:[^:]*:)?([a-z]+(?:-[a-z]+)?)[-:]([0-9a-f]{64})(?:\.scope)?$/;
const bareContainerPattern = /^[0-9a-f]{64}$/;
const podPattern = /(?:^|-)pod([0-9a-f]{8}(?:[-_][0-9a-f]{4}){3}[-_][0-9a-f]{12}|[0-9a-f]{32})(?:\.slice)?(?::|$)/;
const daemons = /^(docker|containerd|crio|cri-o|kubelet|k3s|k3s-agent|podman)\.service$/;

export function parseCgroupPath(path: string): Placement {
  const segments = path
    .replace(/ \(deleted\)$/, '')
    .split('/')
    .filter((segment) => segment !== '' && segment !== '..')
    .slice(-segmentsMax);
  const containerAt = segments.findLastIndex((segment, index) => containerOf(segment, segments.slice(0, index)));
  const container = containerAt < 0 ? undefined : findContainer(segments, containerAt);
  const unitAt = findUnit(segments, containerAt);
  const machine = findMachine(segments);
  return {
    ...(unitAt >= 0 && { unit: unescape(segments[unitAt] ?? '') }),
    ...(unitAt >= 0 && isUserUnit(segments, unitAt) && { userUnit: true as const }),
    ...(container && { container }),
    ...(machine !== undefined && { machine }),
  };
}

function findContainer(segments: readonly string[], at: number): Container | undefined {
  const outside = segments.slice(0, at);
  const container = containerOf(segments[at] ?? '', outside);
  const pod = segments
    .slice(0, at + 1)
    .map((segment) => podPattern.exec(segment)?.[1])
    .findLast((uid) => uid !== undefined);
  return container && { ...container, ...(pod !== undefined && { pod: pod.replaceAll('_', '-') }) };
}

function containerOf(segment: string, outside: readonly string[]): Container | undefined {
  const [, prefix = '', id = ''] = namedContainerPattern.exec(segment) ?? [];
  const runtime = Object.hasOwn(runtimes, prefix) ? runtimes[prefix] : undefined;
  if (runtime !== undefined) return { id, runtime };
  if (!bareContainerPattern.test(segment)) return undefined;
  // A pod of podman: the containers are beside it, or within.
  if (outside.at(-1) === 'libpod_parent') return undefined;
  return { id: segment, runtime: isContainerd(outside) ? 'containerd' : 'docker' };
}

/** The cgroupfs driver names no runtime: the kubelet speaks to containerd (CRI-O has its prefix), people to Docker. */
function isContainerd(outside: readonly string[]): boolean {
  return outside.some((segment) => segment.startsWith('kubepods') || segment === 'k8s.io' || segment === 'default');
}

/** Index of the nearest unit, or -1. */
function findUnit(segments: readonly string[], containerAt: number): number {
  const within = segments.findLastIndex((segment, index) => index > containerAt && isUnit(segment));
  const nearest = within >= 0 ? within : findUnitAround(segments, containerAt);
  // The user manager's own processes: whoever asks means the manager.
  if (segments[nearest] === 'init.scope' && userManagerPattern.test(segments[nearest - 1] ?? '')) return nearest - 1;
  return nearest;
}

function findUnitAround(segments: readonly string[], containerAt: number): number {
  const segment = segments[containerAt] ?? '';
  if (containerAt < 1 || segment.endsWith('.scope') || segment.includes(':')) return -1;
  const parent = segments[containerAt - 1] ?? '';
  return isUnit(parent) && !daemons.test(parent) ? containerAt - 1 : -1;
}

function isUnit(segment: string): boolean {
  return segment.length <= unitCharactersMax && unitPattern.test(segment);
}

function isUserUnit(segments: readonly string[], unitAt: number): boolean {
  return segments.slice(0, unitAt).some((segment) => userManagerPattern.test(segment));
}

/** systemd puts `_` before a name that could be taken for a file of the kernel's (cg_escape). */
function unescape(name: string): string {
  return name.startsWith('_') ? name.slice(1) : name;
}

const machinePattern = /^(?:systemd-nspawn@(.+)\.service|machine-(.+)\.scope|lxc\.payload\.(.+))$/;

function findMachine(segments: readonly string[]): string | undefined {
  const names = segments.map((segment) => machinePattern.exec(segment)?.slice(1).find(Boolean));
  const name = names.findLast((found) => found !== undefined);
  const machine = name?.replaceAll(/\\x([0-9a-f]{2})/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));
  return machine !== undefined && /^[A-Za-z0-9_.-]{1,64}$/.test(machine) ? machine : undefined;
}
