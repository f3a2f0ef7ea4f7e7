/**
 * Container runtimes as senders: what podman, Docker, containerd and CRI-O run to end a container, from outside of it.
 *
 * Known by name (the kernel cuts it to 15 characters), and believed for what fits: the container's id on its command
 * line (`runc kill ID 15`, `conmon -c ID`), or that the container descends from it.
 * Source: runc-kill(8), conmon(8), containerd's runtime v2 (shims), the kubelet's container runtime interface.
 */
import { certainty } from './confidence.js';
import type { ContainerFacts, ProcessFacts } from './facts.js';
import { isSame } from './signal-origin.js';

/** How sure it is that this is the runtime of the victim's container; 0 when it is not. */
export function runtimeCertainty(sender: ProcessFacts, victim: ProcessFacts): number {
  if (!runtimes.has(sender.comm) || !isInContainer(victim) || isInSameContainer(sender, victim)) return 0;
  if (namesContainer(sender.args, victim)) return certainty.exact;
  if (victim.ancestry.some(({ ref }) => isSame(ref, sender.ref))) return certainty.exact;
  return victim.container === null ? certainty.nameOnly : certainty.knownByName;
}

/** The command that a person or a program gave to a client: `podman stop web`, where it is an ancestor of the sender. */
export function clientOf(sender: ProcessFacts): ProcessFacts | null {
  const line = [sender, ...sender.ancestry];
  const index = line.findIndex(({ comm }) => clients.has(comm));
  const client = line[index];
  if (client === undefined) return null;
  return { ...sender, ...client, args: withoutOptions(client.args), ancestry: sender.ancestry.slice(index) };
}

const clients: ReadonlySet<string> = new Set(['podman', 'nerdctl', 'crictl', 'docker']);
const runtimes: ReadonlySet<string> = new Set([
  ...clients,
  'runc',
  'crun',
  'youki',
  'runsc',
  'conmon',
  'conmonrs',
  'containerd',
  'containerd-shim',
  'dockerd',
  'crio',
  'kubelet',
]);

/** What is not known speaks for it. */
function isInContainer({ container, cgroup }: ProcessFacts): boolean {
  return container !== null || cgroup === null || idPattern.test(cgroup);
}

function isInSameContainer(sender: ProcessFacts, victim: ProcessFacts): boolean {
  const id = sender.container?.id;
  return id !== undefined && victim.container !== null && id === victim.container.id;
}

const idPattern = /(?:^|[/:-])[0-9a-f]{64}(?:\.scope)?(?:\/|$)/;
/** As many digits as the tools show. */
const idDigitsMin = 12;

function namesContainer(args: readonly string[], { container, cgroup }: ProcessFacts): boolean {
  return args.some((arg) => {
    if (arg.length < idDigitsMin || !/^[0-9a-f]+$/.test(arg)) return false;
    return isOf(arg, container) || (cgroup !== null && cgroup.includes(arg));
  });
}

function isOf(arg: string, container: ContainerFacts | null): boolean {
  return container !== null && container.id.startsWith(arg);
}

/** `podman --root=/a --tmpdir /b stop web` is `podman … stop web`: what stands before the command says little. */
function withoutOptions(args: readonly string[]): readonly string[] {
  const verb = args.findIndex((arg, index) => index > 0 && verbs.has(arg));
  const rest = args
    .slice(Math.max(verb, 1))
    .map((arg) => (/^[0-9a-f]{64}$/.test(arg) ? arg.slice(0, idDigitsMin) : arg));
  return [...args.slice(0, 1), ...(verb < 2 ? [] : ['…']), ...rest];
}

const verbs: ReadonlySet<string> = new Set(['stop', 'kill', 'rm', 'restart', 'run', 'exec', 'pod', 'container']);
