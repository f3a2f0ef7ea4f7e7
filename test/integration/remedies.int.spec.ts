/** What could be done about deaths and episodes, as the API tells it. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { agentStart, described, ended, init, life, ns, signalled } from '../support/events.js';
import type { TestHost } from '../support/host.js';
import { startStack, type Stack } from '../support/stack.js';

let stack: Stack;
let host: TestHost;

beforeAll(async () => {
  stack = await startStack();
  host = await stack.enroll('remedies');
  await host.send([agentStart(1), described(init, { comm: 'systemd' })]);
});
afterAll(() => stack.close());

const remedies = `remedies { action unit advised reason process { pid } }`;

test('a_service_that_was_killed_can_be_restarted', async () => {
  const redis = life(500);
  const kill = life(501);
  await host.send([
    described(redis, { comm: 'redis-server', unit: 'redis-server.service', parent: init }),
    described(kill, { comm: 'kill' }),
    signalled(redis, 600, 9, { sender: kill }),
    ended(redis, 601, 9),
  ]);
  const query = `query { whoKilled(host: "remedies", pid: 500) { verdict { cause ${remedies} } } }`;
  const { data, errors } = await stack.gql(query);
  expect(errors).toBeUndefined();
  expect(data.whoKilled.verdict).toEqual({
    cause: 'SIGNALED',
    remedies: [
      {
        action: 'RESTART_SERVICE',
        unit: 'redis-server.service',
        advised: true,
        reason: 'A restart of redis-server.service brings it back.',
        process: null,
      },
    ],
  });
});

test('a_zombie_is_dealt_with_through_its_parent_while_it_lasts', async () => {
  const parent = life(510);
  const zombie = life(511);
  const episode = { kind: 'episode', ...zombie, state: 'zombie', since: ns(700), parent } as const;
  await host.send([described(parent), described(zombie, { parent }), ended(zombie, 700, 9)]);
  await host.send([{ ...episode, at: ns(2_700) }]);
  const query = `query { episodes(filter: { host: "remedies" }) { nodes { ${remedies} } } }`;
  expect((await stack.gql(query)).data.episodes.nodes).toEqual([
    {
      remedies: [
        expect.objectContaining({ action: 'KILL_ZOMBIE_PARENT', advised: true, process: { pid: 510 } }),
        expect.objectContaining({ action: 'SIGNAL_PROCESS', advised: false, process: { pid: 511 } }),
      ],
    },
  ]);
  await host.send([{ ...episode, at: ns(3_000), until: ns(2_900) }]);
  expect((await stack.gql(query)).data.episodes.nodes).toEqual([{ remedies: [] }]);
});
