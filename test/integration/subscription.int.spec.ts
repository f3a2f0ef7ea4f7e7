import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import type { Api } from '../../src/edge/api.js';
import { described, ended, exited, killing, life, signalled } from '../support/events.js';
import { eventually } from '../support/eventually.js';
import type { TestHost } from '../support/host.js';
import { startStack, type Answer, type Stack, type Subscription } from '../support/stack.js';

let stack: Stack;
let second: Api;
let host: TestHost;

beforeAll(async () => {
  stack = await startStack({ worker: true });
  second = await stack.startSecondApi();
  host = await stack.enroll('watched');
});
afterAll(() => stack.close());

const open: Subscription[] = [];
/** Every test is also a test that nothing stays behind. */
afterEach(async () => {
  for (const subscription of open.splice(0)) await subscription.dispose();
  await eventually(async () => (await listeners()) === 0);
});

const fields = '{ process { pid comm } verdict { cause summary actor { kind } } }';

/** Of both API processes: they share the registry of this process. */
async function listeners(): Promise<number> {
  const text = await (await stack.fetch('/metrics')).text();
  return Number(/^whodunit_death_subscribers (\d+)$/m.exec(text)?.[1]);
}

async function subscribed(filter: string, url?: string, selection = fields): Promise<Subscription> {
  const before = await listeners();
  const subscription = stack.subscribe(
    `subscription { deaths${filter ? `(filter: { ${filter} })` : ''} ${selection} }`,
    {},
    url,
  );
  open.push(subscription);
  await eventually(async () => (await listeners()) > before);
  return subscription;
}

async function nextDeath(subscription: Subscription): Promise<Answer> {
  const { value } = await subscription.next();
  expect(value.errors).toBeUndefined();
  return value.data.deaths;
}

test('delivers_the_deaths_that_match_the_filter_and_only_those_on_every_api_process', async () => {
  await stack.enroll('elsewhere');
  const matching = await subscribed('host: "watched", exe: "worker", signal: [9], cause: [SIGNALED]');
  const onSecond = await subscribed('host: "watched", pid: 104', second.url);
  const never = await subscribed('host: "elsewhere"');
  await host.send([
    ...killing(life(100), life(101), 1_000),
    described(life(102), { comm: 'other' }),
    ended(life(102), 1_100, 9),
    described(life(103), { comm: 'worker' }),
    exited(life(103), 1_200, 0),
    ...killing(life(104), life(105), 1_300),
  ]);
  const pids = [await nextDeath(matching), await nextDeath(matching)].map((death) => death.process.pid);
  expect(pids).toEqual([100, 104]);
  expect(await nextDeath(onSecond)).toMatchObject({
    process: { pid: 104, comm: 'worker' },
    verdict: { cause: 'SIGNALED' },
  });
  // Had the last one been told anything, it would have been told before this.
  const other = await stack.enroll('elsewhere');
  await other.send([described(life(7)), exited(life(7), 50, 1)]);
  expect((await nextDeath(never)).process.pid).toBe(7);
});

test('a_changed_verdict_is_told_again_and_an_unchanged_one_is_not', async () => {
  const subscription = await subscribed('host: "watched", pid: 200');
  await host.send([described(life(200)), ended(life(200), 2_000, 9)]);
  expect((await nextDeath(subscription)).verdict).toMatchObject({ cause: 'UNKNOWN', actor: { kind: 'UNKNOWN' } });
  const decided = async () => (await stack.sql`select from pending_verdicts`).length === 0;

  // Late, and of no consequence: a signal that was ignored.
  await host.send([signalled(life(200), 1_500, 17, { disposition: 'ignored', result: 'ignored' })]);
  await eventually(decided);
  await host.send([described(life(201)), signalled(life(200), 1_999, 9, { sender: life(201) })]);
  expect((await nextDeath(subscription)).verdict).toMatchObject({ cause: 'SIGNALED', actor: { kind: 'PROCESS' } });
});

test('unsubscribing_and_closing_leave_no_listener_behind', async () => {
  const completed = await subscribed('');
  const closed = await subscribed('');
  const broken = new WebSocket(`${stack.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
  await new Promise((resolve) => broken.once('open', resolve));
  broken.send(JSON.stringify({ type: 'connection_init', payload: { authorization: `Bearer ${stack.adminToken}` } }));
  await new Promise((resolve) => broken.once('message', resolve));
  for (const id of ['a', 'b', 'c']) {
    broken.send(JSON.stringify({ id, type: 'subscribe', payload: { query: `subscription { deaths ${fields} }` } }));
    // Taken back at once: it may not even have begun.
    if (id === 'c') broken.send(JSON.stringify({ id, type: 'complete' }));
  }
  await eventually(async () => (await listeners()) === 4);
  broken.terminate();
  await eventually(async () => (await listeners()) === 2);
  await completed.return!();
  await eventually(async () => (await listeners()) === 1);
  await closed.dispose();
  await eventually(async () => (await listeners()) === 0);
});

test('a_subscriber_that_does_not_read_is_ended_with_an_error_that_says_so', async () => {
  const socket = new WebSocket(`${stack.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
  await new Promise((resolve) => socket.once('open', resolve));
  const messages: Answer[] = [];
  socket.on('message', (data: Buffer) => messages.push(JSON.parse(data.toString())));
  socket.send(JSON.stringify({ type: 'connection_init', payload: { authorization: `Bearer ${stack.adminToken}` } }));
  await eventually(() => messages.length === 1);
  const query = 'subscription { deaths(filter: { host: "watched", exe: "bulky" }) { process { args } } }';
  socket.send(JSON.stringify({ id: 'slow', type: 'subscribe', payload: { query } }));
  await eventually(async () => (await listeners()) === 1);
  socket.pause();

  const bulk = 'x'.repeat(4_000);
  const args = Array.from({ length: 10 }, (_, n) => `${n}${bulk}`);
  for (let part = 0, pid = 10_000; part < 12; part++) {
    const events = Array.from({ length: 150 }, () => {
      const ref = life(++pid);
      return [described(ref, { comm: 'bulky', args }), exited(ref, 20_000 + pid, 1)];
    });
    expect((await host.send(events.flat())).status).toBe(200);
  }
  await eventually(async () => (await listeners()) === 0);
  socket.resume();
  const last = await eventually(() => messages.find((message) => message.type === 'error'));
  expect(last.payload[0]).toMatchObject({ extensions: { code: 'history/subscriber-too-slow' } });
  expect(messages.filter((message) => message.type === 'next').length).toBeGreaterThan(0);
  socket.close();
}, 60_000);

test('subscriptions_end_when_the_server_stops', async () => {
  const subscription = await subscribed('', second.url);
  const ended = subscription.next().then(
    () => 'done',
    (event: { code?: number }) => event.code,
  );
  await second.close();
  expect(await ended).toBe(1001);
});
