/** A person who came by ssh kills a service: where the victim ran and where the killer came from, through GraphQL. */
import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { cgroupHierarchies, createCgroups, inCgroup } from '../support/cgroups.js';
import { requirePrerequisite } from '../support/prerequisite.js';
import { startSystem, type System } from '../support/system.js';

const able = requirePrerequisite('root', 'btf', 'libbpf');
const [hierarchy] = cgroupHierarchies();
const question = `query ($host: String!, $pid: Int!) {
  whoKilled(host: $host, pid: $pid) {
    process { unit container { id } cgroup }
    verdict { cause summary actor { kind login { user { uid } session sourceAddress } } }
  }
}`;

describe.runIf(able && hierarchy)('attribution', () => {
  let system: System;
  const cgroups = createCgroups();

  beforeAll(async () => {
    system = await startSystem();
  });
  afterAll(async () => {
    cgroups.remove();
    await system?.close();
  });

  test('names_the_service_that_was_killed_and_where_the_person_came_from', async () => {
    const victim = inCgroup(cgroups.make(hierarchy!, 'system.slice/whodunit-e2e.service'), 'exec sleep 60');
    await victim.running;
    const environment = { ...process.env, SSH_CONNECTION: '192.0.2.7 50222 192.0.2.1 22' };
    const login = `echo 4242 > /proc/self/loginuid; /bin/true; env -i /bin/kill -9 ${victim.pid}; true`;
    spawnSync('/bin/sh', ['-c', login], { env: environment });
    const pid = await victim.ended;
    const reply = await system.gql<Record<string, unknown>>(question, { host: system.host, pid });
    expect(reply.errors).toBeUndefined();
    expect(reply.data).toMatchObject({
      whoKilled: {
        process: { unit: 'whodunit-e2e.service', container: null, cgroup: '/system.slice/whodunit-e2e.service' },
        verdict: {
          cause: 'SIGNALED',
          actor: {
            kind: 'HUMAN',
            login: { user: { uid: 4242 }, session: expect.any(Number), sourceAddress: '192.0.2.7' },
          },
        },
      },
    });
    const ofUnit =
      'query ($host: String!) { deaths(filter: { unit: "whodunit-e2e.service", host: $host }) { nodes { process { pid } } } }';
    const listed = await system.gql(ofUnit, { host: system.host });
    expect(listed.data).toEqual({ deaths: { nodes: [{ process: { pid } }] } });
    const { summary } = (reply.data as { whoKilled: { verdict: { summary: string } } }).whoKilled.verdict;
    expect(summary).toContain('run by uid 4242 (ssh from 192.0.2.7) as root via sh ended sleep');
    expect(summary).toContain(`(pid ${pid}) of whodunit-e2e.service`);
  });
});
