/** Real containers: killed from outside and from inside, through GraphQL. How they are stopped: containers.e2e.spec.ts. */
import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createContainers, type Containers } from '../support/containers.js';
import { eventually } from '../support/eventually.js';
import { requirePrerequisite } from '../support/prerequisite.js';
import { startSystem, type System } from '../support/system.js';

const question = `query ($host: String!, $pid: Int!) {
  whoKilled(host: $host, pid: $pid) {
    process { comm container { id runtime } }
    verdict { cause summary actor { kind process { comm args container { id runtime } } } }
  }
}`;
const ofContainer = `query ($host: String!) {
  deaths(filter: { host: $host, command: "602" }, first: 10) { nodes { process { pid comm container { id } } } }
}`;

describe.runIf(requirePrerequisite('root', 'btf', 'libbpf', 'machine', 'podman'))(
  'containers of podman and runc',
  () => {
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
      const reply = await system.gql<{ whoKilled: object | null }>(question, { host: system.host, pid });
      return reply.data?.whoKilled;
    };

    test('names_the_container_of_a_victim_that_was_killed_from_outside', async () => {
      const { id, pid } = containers.run('sleep', '601');
      spawnSync('/bin/kill', ['-9', String(pid)]);
      expect(await eventually(() => ask(pid))).toMatchObject({
        process: { comm: 'sleep', container: { id, runtime: 'podman' } },
        verdict: {
          cause: 'SIGNALED',
          actor: { process: { args: ['/bin/kill', '-9', String(pid)], container: null } },
        },
      });
    });

    test('names_the_container_of_both_when_it_was_killed_from_inside', async () => {
      const { id } = containers.run('sleep', '603');
      containers.podman('exec', id, 'sh', '-c', 'sleep 602 & victim=$!; sleep 1; (kill -9 $victim); wait');
      type Listed = { deaths: { nodes: readonly { process: { pid: number; comm: string } }[] } };
      const victim = await eventually(async () => {
        const { data } = await system.gql<Listed>(ofContainer, { host: system.host });
        return data?.deaths.nodes.find(({ process }) => process.comm === 'sleep')?.process.pid;
      });
      const container = { id, runtime: 'podman' };
      expect(await eventually(() => ask(victim))).toMatchObject({
        process: { comm: 'sleep', container },
        verdict: { cause: 'SIGNALED', actor: { kind: 'PROCESS', process: { comm: 'sh', container } } },
      });
    });
  },
);
