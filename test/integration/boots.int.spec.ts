/** How the boots of a host ended: one answer for all that died with it. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Event } from '../../src/contract/index.js';
import { agentStart, described, ended, init, life, ns } from '../support/events.js';
import type { TestHost } from '../support/host.js';
import { startStack, type Stack } from '../support/stack.js';

let stack: Stack;
let host: TestHost;
let hosts = 0;

beforeAll(async () => void (stack = await startStack()));
afterAll(() => stack.close());
beforeEach(async () => void (host = await stack.enroll(`boots-${++hosts}`)));

const systemd = described(init, { comm: 'systemd', user: { uid: 0, name: 'root' } });
const reboot = described(life(700, 60_000), {
  parent: init,
  comm: 'systemctl',
  args: ['systemctl', 'reboot'],
  user: { uid: 0, name: 'root' },
  login: { user: { uid: 1000, name: 'alice' }, session: 3, sourceAddress: '10.0.0.5' },
});
const goodbye: Event = { kind: 'agent_stop', at: ns(62_000) };
const dying = [500, 501, 502].flatMap((pid) => [described(life(pid)), ended(life(pid), 61_000 + pid, 15)]);

/** Events of a boot of its own, which began so many minutes after the first. */
async function boot(minutes: number, events: readonly Event[]): Promise<string> {
  const bootId = randomUUID();
  const bootedAt = new Date(Date.parse('2026-11-20T08:00:00Z') + minutes * 60_000).toISOString();
  const reply = await host.send(host.batch(events, { epoch: randomUUID(), sequence: 1, bootId, bootedAt }));
  expect(reply.status).toBe(200);
  return bootId;
}

const query = `query ($host: String!, $first: Int, $after: String) { host(name: $host) { boots(first: $first, after: $after) {
  nodes { id bootedAt lastEventAt ending { kind confidence summary request { pid comm } }
    deaths(first: 2) { nodes { process { pid } } pageInfo { hasNextPage endCursor } } }
  pageInfo { hasNextPage endCursor } } } }`;

async function boots(page: object = {}) {
  const { data, errors } = await stack.gql(query, { host: host.name, ...page });
  expect(errors).toBeUndefined();
  return data.host.boots;
}

test('a_reboot_is_one_answer_with_the_deaths_under_it', async () => {
  // Whatever only asks meanwhile does not hide who did it.
  const asking = Array.from({ length: 100 }, (_, n) =>
    described(life(1_000 + n, 60_100 + n), { comm: 'systemctl', args: ['systemctl', 'status', `unit-${n}`] }),
  );
  const first = await boot(0, [agentStart(1_000), systemd, ...dying, reboot, ...asking, goodbye]);
  const second = await boot(5, [agentStart(1_000), systemd]);
  const { nodes } = await boots();
  expect(nodes.map(({ id }: { id: string }) => id)).toEqual([second, first]);
  expect(nodes[0]).toMatchObject({ ending: { kind: 'RUNNING', request: null }, deaths: { nodes: [] } });
  expect(nodes[1]).toMatchObject({
    bootedAt: '2026-11-20T08:00:00.000Z',
    lastEventAt: '2026-11-20T08:01:02.000Z',
    ending: {
      kind: 'SHUTDOWN',
      confidence: 0.99,
      summary:
        'The host was shut down by systemctl (pid 700, "systemctl reboot") run by alice (ssh from 10.0.0.5) as root via systemd; it booted again 3 min 58 s later.',
      request: { pid: 700, comm: 'systemctl' },
    },
    deaths: { nodes: [{ process: { pid: 502 } }, { process: { pid: 501 } }], pageInfo: { hasNextPage: true } },
  });
});

test('a_power_loss_is_told_from_an_orderly_end', async () => {
  await boot(0, [agentStart(1_000), systemd, ...dying]);
  await boot(5, [agentStart(1_000)]);
  expect((await boots()).nodes[1]).toMatchObject({
    ending: { kind: 'SUDDEN', confidence: 0.8, request: null },
    deaths: { nodes: [] },
  });
});

test('an_agent_that_was_started_again_did_not_see_the_end_before', async () => {
  await boot(0, [agentStart(1_000), goodbye, agentStart(63_000), systemd]);
  await boot(5, [agentStart(1_000)]);
  expect((await boots()).nodes[1].ending.kind).toBe('SUDDEN');
});

test('what_an_older_server_stored_of_a_boot_is_not_enough', async () => {
  await boot(0, [agentStart(1_000)]);
  await boot(5, [agentStart(1_000)]);
  await stack.sql`update boots set seen_ns = 0 where host_id = ${host.id}`;
  expect((await boots()).nodes[1].ending).toMatchObject({ kind: 'UNKNOWN', confidence: 0 });
});

test('boots_come_in_pages', async () => {
  for (const minutes of [0, 10, 20]) await boot(minutes, [agentStart(1_000)]);
  const first = await boots({ first: 2 });
  const last = await boots({ first: 2, after: first.pageInfo.endCursor });
  expect([first, last].map(({ nodes, pageInfo }) => [nodes.length, pageInfo.hasNextPage])).toEqual([
    [2, true],
    [1, false],
  ]);
  const { errors } = await stack.gql(query, { host: host.name, after: 'nonsense' });
  expect(errors?.[0]?.extensions.code).toBe('history/bad-cursor');
});
