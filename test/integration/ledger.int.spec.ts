/** The ledger of a host, moved with the cursor: whatever is resent, renumbered, lost or refused, it says what is missing. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Event, LossEvent, StreamCounts } from '../../src/contract/index.js';
import { createDatabase } from '../support/database.js';
import { agentStart, described, life, loss, ns } from '../support/events.js';
import type { TestHost } from '../support/host.js';
import { countStatements } from '../support/statement-counter.js';
import { ledgerOf, type Stream } from '../support/ledger.js';
import { startStack, type Stack } from '../support/stack.js';

let stack: Stack;
let host: TestHost;
let hosts = 0;

beforeAll(async () => void (stack = await startStack()));
afterAll(() => stack.close());
beforeEach(async () => void (host = await stack.enroll(`ledger-${++hosts}`)));

const mark = (run: string, read: StreamCounts): Event => ({ kind: 'ledger', at: ns(9_000), run, read });
const lives = (from: number, to: number): Event[] =>
  Array.from({ length: to - from + 1 }, (_, index) => described(life(from + index)));
const dropped = (cause: LossEvent['cause'], streams: StreamCounts) =>
  loss(1, 2, { cause, count: (streams.sensor ?? 0) + (streams['kernel-log'] ?? 0), streams });

/** A batch of a run; the next one of its epoch unless said otherwise. */
const send = (events: readonly Event[], more: object = {}, of = host) =>
  of.send(of.batch(events, { run: of.epoch, ...more }));

async function sensor(of = host): Promise<Stream> {
  const { streams } = await ledgerOf({ gql: stack.gql as never, host: of.name });
  return streams.find(({ name }) => name === 'sensor')!;
}

test('a_run_that_was_stored_whole_balances', async () => {
  await send([agentStart(1), ...lives(1, 5), mark(host.epoch, { sensor: 5 })]);
  expect(await sensor()).toMatchObject({
    ...{ read: 5, stored: 5, rejected: 0, dropped: [], kernelLost: [], balanced: true },
    asOf: '2026-11-20T08:00:09.000Z',
  });
});

test('what_was_read_and_is_nowhere_is_missing_until_it_is_counted', async () => {
  await send([agentStart(1), ...lives(1, 5), mark(host.epoch, { sensor: 8 })]);
  expect(await sensor()).toMatchObject({ read: 8, stored: 5, balanced: false });
  // What comes later does not hide it.
  await send(lives(6, 20));
  expect(await sensor()).toMatchObject({ read: 23, stored: 20, balanced: false });
  await send([dropped('buffer-full', { sensor: 3 }), mark(host.epoch, { sensor: 23 })]);
  expect(await sensor()).toMatchObject({
    ...{ read: 23, stored: 20, balanced: true },
    dropped: [{ cause: 'buffer-full', count: 3 }],
  });
});

test('a_batch_that_is_sent_again_or_cut_differently_is_counted_once', async () => {
  const events = [agentStart(1), ...lives(1, 5), mark(host.epoch, { sensor: 5 }), ...lives(6, 7)];
  for (const end of [3, 3, 5, 8, 9, 9]) await send(events.slice(0, end), { sequence: 1 });
  await Promise.all([1, 2, 3, 4].map(() => send(events, { sequence: 1 })));
  expect(await sensor()).toMatchObject({ read: 7, stored: 7, balanced: true });
});

test('what_a_new_epoch_restates_is_not_counted_and_its_losses_are', async () => {
  await send([agentStart(1), ...lives(1, 5)]);
  const opening = [agentStart(2), dropped('spool-full', { sensor: 4, 'kernel-log': 1 }), ...lives(1, 2)];
  const more = { epoch: randomUUID(), sequence: 1, run: host.epoch, opening: opening.length };
  await send([...opening, ...lives(10, 12), mark(host.epoch, { sensor: 12, 'kernel-log': 1 })], more);
  const { streams, balanced } = await ledgerOf({ gql: stack.gql as never, host: host.name });
  expect(streams).toMatchObject([
    { name: 'kernel-log', read: 1, stored: 0, dropped: [{ cause: 'spool-full', count: 1 }], balanced: true },
    { name: 'sensor', read: 12, stored: 8, dropped: [{ cause: 'spool-full', count: 4 }], balanced: true },
  ]);
  expect(balanced).toBe(true);
});

test('of_a_gap_before_which_the_reply_was_lost_the_server_knows_what_is_missing', async () => {
  await send([agentStart(1), ...lives(1, 5)]);
  await send([...lives(6, 8), dropped('rejected', { sensor: 1 })]);
  const opening = [
    agentStart(2),
    loss(1, 2, { cause: 'spool-full', count: 12, read: { sensor: 20, 'kernel-log': 1 } }),
  ];
  const more = { epoch: randomUUID(), sequence: 1, run: host.epoch, opening: opening.length };
  await send([...opening, ...lives(20, 22), mark(host.epoch, { sensor: 23, 'kernel-log': 1 })], more);
  const { streams, balanced } = await ledgerOf({ gql: stack.gql as never, host: host.name });
  expect(streams).toMatchObject([
    { name: 'kernel-log', read: 1, stored: 0, dropped: [{ cause: 'spool-full', count: 1 }], balanced: true },
    {
      name: 'sensor',
      read: 23,
      stored: 11,
      rejected: 1,
      dropped: [{ cause: 'spool-full', count: 11 }],
      balanced: true,
    },
  ]);
  expect(balanced).toBe(true);
});

test('a_refused_event_is_rejected_and_what_the_kernel_lost_stands_beside', async () => {
  const kernel = loss(3, 4, { cause: 'ring-overrun', count: 60 });
  const refused = dropped('rejected', { sensor: 1 });
  await send([agentStart(1), ...lives(1, 2), refused, kernel, mark(host.epoch, { sensor: 3 })]);
  expect(await sensor()).toMatchObject({
    ...{ read: 3, stored: 2, rejected: 1, dropped: [], balanced: true },
    kernelLost: [{ cause: 'ring-overrun', count: 60, uncounted: 0 }],
  });
});

test('the_successor_of_a_killed_agent_says_what_that_had_read_at_least', async () => {
  const former = host.epoch;
  await send([agentStart(1), ...lives(1, 5)]);
  const successor = { epoch: randomUUID(), sequence: 1 };
  await send([agentStart(2), mark(former, { sensor: 3 })], { ...successor, run: successor.epoch });
  expect(await sensor()).toMatchObject({ read: 5, stored: 5, balanced: true });
  await send([mark(former, { sensor: 9 })], { ...successor, sequence: 3, run: successor.epoch });
  expect(await sensor()).toMatchObject({ read: 9, stored: 5, balanced: false });
});

test('agents_before_the_ledger_have_none', async () => {
  await host.send([agentStart(1), ...lives(1, 5)]);
  const { streams, balanced } = await ledgerOf({ gql: stack.gql as never, host: host.name });
  expect({ streams, balanced }).toEqual({ streams: [], balanced: true });
});

test('an_ordinary_batch_costs_one_statement_more', async () => {
  const database = await createDatabase();
  const counter = await countStatements(database.url);
  const counted = await startStack({ databaseUrl: counter.url });
  try {
    const counting = await counted.enroll('counted');
    const costOf = async (what: () => Promise<unknown>) => {
      const before = counter.count();
      await what();
      return counter.count() - before;
    };
    await send([agentStart(1), ...lives(1, 2)], {}, counting);
    const without = await costOf(() => counting.send(lives(3, 4)));
    expect(await costOf(() => send(lives(5, 6), {}, counting))).toBe(without + 1);
  } finally {
    await counted.close();
    await counter.close();
    await database.drop();
  }
});

test('every_api_shows_the_ledger_of_the_whole_fleet_at_its_metrics', async () => {
  const other = await stack.startSecondApi();
  const figures = async (url: string) => {
    const headers = { authorization: `Bearer ${stack.adminToken}` };
    const text = await (await fetch(`${url}/metrics`, { headers })).text();
    const value = (line: string) => Number(new RegExp(`^${line} (.*)$`, 'm').exec(text)?.[1] ?? 0);
    const causes = ['spool-full', 'buffer-full'].map((cause) =>
      value(`whodunit_ledger_dropped_total\\{stream="sensor",cause="${cause}"\\}`),
    );
    return {
      read: value('whodunit_ledger_read_total\\{stream="sensor"\\}'),
      stored: value('whodunit_ledger_stored_total\\{stream="sensor"\\}'),
      rejected: value('whodunit_ledger_rejected_total\\{stream="sensor"\\}'),
      dropped: causes.reduce((sum, count) => sum + count, 0),
      kernelLost: value('whodunit_ledger_kernel_lost_total\\{stream="sensor",cause="ring-overrun"\\}'),
      unbalanced: value('whodunit_ledger_unbalanced_hosts'),
    };
  };
  const before = await figures(stack.url);
  await send([agentStart(1), ...lives(1, 5), dropped('spool-full', { sensor: 2 }), mark(host.epoch, { sensor: 7 })]);
  await send([loss(3, 4, { count: 60 })]);
  const after = await figures(stack.url);
  expect(after).toEqual({
    ...before,
    read: before.read + 7,
    stored: before.stored + 5,
    dropped: before.dropped + 2,
    kernelLost: before.kernelLost + 60,
  });
  expect(await figures(other.url)).toEqual(after);
  await send([mark(host.epoch, { sensor: 8 })]);
  expect(await figures(other.url)).toMatchObject({ unbalanced: before.unbalanced + 1 });
});
