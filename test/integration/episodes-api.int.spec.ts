/** Episodes as GraphQL answers them: by filter, in pages, and as they begin and end. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Event } from '../../src/contract/index.js';
import { agentStart, described, ended, episode, exited, init, life, ns, wall } from '../support/events.js';
import { eventually } from '../support/eventually.js';
import type { TestHost } from '../support/host.js';
import { startStack, type Answer, type Stack, type Subscription } from '../support/stack.js';

let stack: Stack;
let web: TestHost;
let db: TestHost;
const [parent, child, stuck, editor, killer] = [life(10), life(20), life(30), life(40), life(50)];

const story: Event[] = [
  agentStart(1),
  described(init, { comm: 'systemd' }),
  described(parent, { comm: 'supervisor', unit: 'app.service', cgroup: '/app' }),
  described(child, { comm: 'child', parent, unit: 'app.service', cgroup: '/app' }),
  described(stuck, { comm: 'dd' }),
  described(editor, { comm: 'vim' }),
  described(killer, { comm: 'kill' }),
  exited(child, 1_000),
  episode(child, 'zombie', 1_000, { parent }),
  episode(stuck, 'uninterruptible', 2_000, { waitChannel: 'folio_wait_bit_common' }),
  episode(editor, 'stopped', 3_000, { signal: 19, sender: killer, until: ns(7_500), at: ns(7_500) }),
];

beforeAll(async () => {
  stack = await startStack();
  web = await stack.enroll('web-1');
  db = await stack.enroll('db-1');
  await web.send(story);
  await db.send([agentStart(1), described(life(60)), episode(life(60), 'stopped', 4_000)]);
});
afterAll(() => stack.close());

async function ask(query: string, variables?: object): Promise<Answer> {
  const { data, errors } = await stack.gql(query, variables);
  expect(errors).toBeUndefined();
  return data;
}

describe('what is told', () => {
  test('of_each_state', async () => {
    const { episodes } = await ask(`{ episodes(filter: { host: "web-1" }) { nodes {
      host { name } process { pid comm } state startedAt endedAt duration parent { comm } waitChannel
      signal { name } sender { comm } } } }`);
    const nothing = { endedAt: null, duration: null, parent: null, waitChannel: null, signal: null, sender: null };
    expect(episodes.nodes).toEqual([
      {
        ...nothing,
        host: { name: 'web-1' },
        process: { pid: 40, comm: 'vim' },
        state: 'STOPPED',
        startedAt: wall(3_000),
        endedAt: wall(7_500),
        duration: 4_500,
        signal: { name: 'SIGSTOP' },
        sender: { comm: 'kill' },
      },
      {
        ...nothing,
        host: { name: 'web-1' },
        process: { pid: 30, comm: 'dd' },
        state: 'UNINTERRUPTIBLE',
        startedAt: wall(2_000),
        waitChannel: 'folio_wait_bit_common',
      },
      {
        ...nothing,
        host: { name: 'web-1' },
        process: { pid: 20, comm: 'child' },
        state: 'ZOMBIE',
        startedAt: wall(1_000),
        parent: { comm: 'supervisor' },
      },
    ]);
  });

  test.each([
    ['', [60, 40, 30, 20]],
    ['host: "db-1"', [60]],
    ['state: ZOMBIE', [20]],
    ['state: [ZOMBIE, STOPPED]', [60, 40, 20]],
    ['state: []', []],
    ['open: true', [60, 30, 20]],
    ['open: false', [40]],
    ['pid: 30', [30]],
    ['pid: 31', []],
    ['unit: "app.service"', [20]],
    ['unit: "app"', []],
    [`since: "${wall(2_000)}", until: "${wall(3_000)}"`, [30]],
    ['host: "web-1", open: true, state: [UNINTERRUPTIBLE], pid: 30', [30]],
  ])('with the filter %s', async (filter, pids) => {
    const { episodes } = await ask(`{ episodes(filter: { ${filter} }) { nodes { process { pid } } } }`);
    expect(episodes.nodes.map((node: Answer) => node.process.pid)).toEqual(pids);
  });

  test('by_process_too', async () => {
    const { processes } = await ask(
      '{ processes(filter: { host: "web-1", pid: 20 }) { nodes { episodes(first: 1) { nodes { state } } } } }',
    );
    expect(processes.nodes).toEqual([{ episodes: { nodes: [{ state: 'ZOMBIE' }] } }]);
  });

  test('of_a_host_that_does_not_exist_is_refused', async () => {
    const { errors } = await stack.gql('{ episodes(filter: { host: "nowhere" }) { nodes { id } } }');
    expect(errors?.[0]).toMatchObject({ extensions: { code: 'history/unknown-host' } });
  });

  test.each(['', 'x', 'WyJlcGlzb2RlcyIsIjEiLCJub3RoaW5nIl0'])('after the cursor %j is refused', async (after) => {
    const { errors } = await stack.gql('query ($after: String) { episodes(after: $after) { nodes { id } } }', {
      after,
    });
    expect(errors?.[0]).toMatchObject({ extensions: { code: 'history/bad-cursor' } });
  });

  test('of_a_process_that_was_never_described_has_a_bare_process', async () => {
    const host = await stack.enroll('forgetful');
    await host.send([episode(life(70), 'zombie', 1_000)]);
    const { episodes } = await ask('{ episodes(filter: { host: "forgetful" }) { nodes { process { pid comm } } } }');
    expect(episodes.nodes).toEqual([{ process: { pid: 70, comm: '' } }]);
  });
});

test('episodes_of_one_instant_are_walked_without_gap_or_repeat', async () => {
  const crowd = await stack.enroll('crowd');
  const many = 150;
  const lives = Array.from({ length: many }, (_, n) => life(1_000 + n, 10));
  await crowd.send(lives.flatMap((ref) => [described(ref), episode(ref, 'stopped', 500), episode(ref, 'zombie', 500)]));
  const found: string[] = [];
  let after: string | null = null;
  do {
    const { episodes }: Answer = await ask(
      `query ($after: String) { episodes(filter: { host: "crowd" }, first: 37, after: $after) {
        nodes { id } pageInfo { hasNextPage endCursor } } }`,
      { after },
    );
    found.push(...episodes.nodes.map((node: Answer) => node.id));
    after = episodes.pageInfo.hasNextPage ? episodes.pageInfo.endCursor : null;
  } while (after !== null);
  expect([found.length, new Set(found).size]).toEqual([2 * many, 2 * many]);
});

describe('the subscription', () => {
  async function listeners(): Promise<number> {
    const text = await (await stack.fetch('/metrics')).text();
    return Number(/^whodunit_episode_subscribers (\d+)$/m.exec(text)?.[1]);
  }

  async function subscribed(filter: string): Promise<Subscription> {
    const before = await listeners();
    const query = `subscription { episodes(filter: { ${filter} }) { process { pid } state endedAt } }`;
    const subscription = stack.subscribe(query);
    await eventually(async () => (await listeners()) > before);
    return subscription;
  }

  async function next(subscription: Subscription): Promise<Answer> {
    const { value } = await subscription.next();
    expect(value.errors).toBeUndefined();
    return value.data.episodes;
  }

  test('tells_each_episode_when_it_begins_and_when_it_is_over_however_that_is_known', async () => {
    const subscription = await subscribed('host: "db-1", state: [STOPPED, ZOMBIE]');
    const [one, two] = [life(80), life(81)];
    const stopped = episode(one, 'stopped', 5_000);
    await db.send([described(one), described(two), stopped, episode(two, 'uninterruptible', 5_000)]);
    expect(await next(subscription)).toEqual({ process: { pid: 80 }, state: 'STOPPED', endedAt: null });
    // Told again, and unchanged: nobody wants to hear it.
    await db.send([{ ...stopped, at: ns(8_000) }]);
    await db.send([{ ...stopped, at: ns(9_000), until: ns(8_900) }]);
    expect(await next(subscription)).toEqual({ process: { pid: 80 }, state: 'STOPPED', endedAt: wall(8_900) });
    await db.send([episode(two, 'stopped', 6_000)]);
    expect(await next(subscription)).toEqual({ process: { pid: 81 }, state: 'STOPPED', endedAt: null });
    await db.send([ended(two, 9_500, 9)]);
    expect(await next(subscription)).toEqual({ process: { pid: 81 }, state: 'STOPPED', endedAt: wall(9_500) });
    await subscription.dispose();
    await eventually(async () => (await listeners()) === 0);
  });

  test('tells_the_end_that_a_new_boot_brings', async () => {
    const host = await stack.enroll('rebooting');
    await host.send([agentStart(1), described(life(90)), episode(life(90), 'zombie', 1_000)]);
    const subscription = await subscribed('host: "rebooting"');
    const boot = { bootId: '11111111-1111-4111-8111-111111111111', bootedAt: '2026-11-21T08:00:00.000Z' };
    await host.send(host.batch([agentStart(1)], boot));
    expect(await next(subscription)).toMatchObject({ process: { pid: 90 }, endedAt: boot.bootedAt });
    await subscription.dispose();
  });
});
