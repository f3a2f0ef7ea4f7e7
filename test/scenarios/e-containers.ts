/** E4: containers of podman and runc, ended by their runtime. */
import { createContainers, type Containers } from '../support/containers.js';
import { eventually } from '../support/eventually.js';
import { requirePrerequisite } from '../support/prerequisite.js';
import type { Expected, Scenario } from './scenario.js';

export interface ContainerAct {
  readonly id: string;
  readonly title: string;
  readonly expected: Required<Expected>;
  readonly act: (containers: Containers) => Promise<{ readonly pid: number }>;
}

const graceful = 'trap "exit 0" TERM; echo ready; while :; do sleep 0.1; done';

export const containerActs: readonly ContainerAct[] = [
  {
    id: 'E4',
    title: 'podman stop: TERM, grace, KILL',
    expected: stop(
      /ran "podman … stop --time=2 [0-9a-f]{12}"; \w+ \(pid \d+\) killed sleep \(pid \d+\) in podman container [0-9a-f]{12} with SIGKILL, because it had not ended 2\.\d s after SIGTERM \(its grace ran out\); it had no handler for that, and the first process of a container needs one/,
    ),
    act: async (containers) => {
      const { id, pid } = containers.run('sleep', '604');
      containers.podman('stop', '--time=2', id);
      return { pid };
    },
  },
  {
    id: 'E4',
    title: 'podman stop of one that ends in order',
    expected: stop(
      /ran "podman … stop [^"]*"; .* stopped sh .* with SIGTERM; it caught that and exited with status 0 after /,
    ),
    act: async (containers) => {
      const { id, pid } = containers.run('sh', '-c', graceful);
      await eventually(() => containers.podman('logs', id).includes('ready'));
      containers.podman('stop', '--time=20', id);
      return { pid };
    },
  },
  {
    id: 'E4',
    title: 'podman kill',
    expected: stop(/ran "podman … kill [^"]*"; .* killed sleep .* with SIGKILL at once/),
    act: async (containers) => {
      const { id, pid } = containers.run('sleep', '605');
      containers.podman('kill', id);
      return { pid };
    },
  },
];

/** Plain scenarios, each with storage of its own. */
export const containerStops: readonly Scenario[] = containerActs.map(({ act, ...scenario }) => ({
  ...scenario,
  obstacle: () => (requirePrerequisite('machine', 'podman') ? null : 'no podman, or no tree to make an image of'),
  produce: async (scene) => {
    const containers = createContainers();
    scene.defer(() => containers.remove());
    return act(containers);
  },
}));

function stop(...shows: readonly RegExp[]): ContainerAct['expected'] {
  return { cause: 'CONTAINER_STOP', actor: 'CONTAINER_RUNTIME', shows };
}
