/** Real containers, ended by their runtime, through GraphQL. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { containerActs } from '../scenarios/e-containers.js';
import { createContainers, type Containers } from '../support/containers.js';
import { eventually } from '../support/eventually.js';
import { requirePrerequisite } from '../support/prerequisite.js';
import { startSystem, type System } from '../support/system.js';

const question = `query ($host: String!, $pid: Int!) {
  whoKilled(host: $host, pid: $pid) {
    process { container { runtime } }
    verdict { cause summary actor { kind process { comm args container { id } } } }
  }
}`;

interface Death {
  readonly verdict: { readonly summary: string };
}

describe.runIf(requirePrerequisite('root', 'btf', 'libbpf', 'machine', 'podman'))('containers that are stopped', () => {
  let system: System;
  let containers: Containers;

  beforeAll(async () => {
    system = await startSystem();
    containers = createContainers();
  });
  afterAll(async () => {
    containers?.remove();
    await system?.close();
  });

  const ask = async (pid: number) => {
    const { data } = await system.gql<{ whoKilled: Death | null }>(question, { host: system.host, pid });
    return data?.whoKilled;
  };

  test.each(containerActs)('$id: $title', async ({ act, expected }) => {
    const { pid } = await act(containers);
    const death = await eventually(() => ask(pid));
    expect(death).toMatchObject({
      process: { container: { runtime: 'podman' } },
      verdict: { cause: expected.cause, actor: { kind: expected.actor, process: { container: null } } },
    });
    for (const pattern of expected.shows) expect(death.verdict.summary).toMatch(pattern);
  });
});
