import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Event } from '../../src/contract/index.js';
import {
  agentStart,
  described,
  ended,
  exited,
  killing,
  life,
  ns,
  oomKill,
  signalled,
  snapshot,
  wall,
} from '../support/events.js';
import type { TestHost } from '../support/host.js';
import { startStack, type Stack } from '../support/stack.js';

let stack: Stack;
let host: TestHost;
let hosts = 0;

beforeAll(async () => void (stack = await startStack()));
afterAll(() => stack.close());
beforeEach(async () => void (host = await stack.enroll(`ingest-${++hosts}`)));

const tables = ['processes', 'signals', 'deaths', 'losses', 'oom_kills', 'unknown_events', 'former_images'];

/** Rows of this host by table; tables without any are left out. */
async function stored(of: TestHost = host): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const table of tables) {
    const [row] = await stack.sql<{ n: number }[]>`
      select count(*)::int as n from ${stack.sql(table)} where boot in (select id from boots where host_id = ${of.id})`;
    if (row!.n > 0) counts[table] = row!.n;
  }
  return counts;
}

const committed = async (of: TestHost = host) =>
  (await stack.sql`select committed::int as n from ingest_cursors where host_id = ${of.id} and epoch = ${of.epoch}`)[0]
    ?.n;

async function whoKilled(pid: number, at: string | null = null) {
  const query = `query ($host: String!, $pid: Int!, $at: DateTime) { whoKilled(host: $host, pid: $pid, at: $at) {
    id diedAt exitCode process { startedAt endedAt comm }
    verdict { cause summary confidence evidence { kind text } actor { kind process { pid comm args } } } } }`;
  return stack.gql(query, { host: host.name, pid, at });
}

const fiveSignals = (): Event[] => [
  described(life(10)),
  ...[1, 2, 3, 4].map((n) => signalled(life(10), 100 + n, 10, { disposition: 'caught' })),
];

describe('exactly once', () => {
  test('a_batch_that_is_sent_again_is_stored_once', async () => {
    const batch = host.batch(killing(life(100), life(101), 200));
    const [first, second] = [await host.send(batch), await host.send(batch)];
    expect(first).toMatchObject({ status: 200, body: { epoch: host.epoch, committed: 4 } });
    expect(second).toMatchObject({ status: 200, body: { epoch: host.epoch, committed: 4 } });
    expect(await stored()).toEqual({ processes: 2, signals: 1, deaths: 1 });
  });

  test('overlapping_batches_that_are_cut_differently_are_stored_once', async () => {
    const events = fiveSignals();
    const cut = (from: number, to: number) => host.batch(events.slice(from - 1, to), { sequence: from });
    for (const [from, to] of [
      [1, 2],
      [1, 4],
      [3, 5],
      [2, 3],
      [1, 5],
    ] as const) {
      const before = (await committed()) ?? 0;
      expect((await host.send(cut(from, to))).body.committed).toBe(Math.max(before, to));
    }
    expect(await stored()).toEqual({ processes: 1, signals: 4 });
  });

  test('the_same_batch_in_parallel_is_stored_once', async () => {
    const batch = host.batch(killing(life(100), life(101), 200));
    const replies = await Promise.all(Array.from({ length: 8 }, () => host.send(batch)));
    expect(replies.map((reply) => [reply.status, reply.body.committed])).toEqual(Array(8).fill([200, 4]));
    expect(await stored()).toEqual({ processes: 2, signals: 1, deaths: 1 });
  });

  test('batches_of_one_host_that_alternate_between_two_apis_are_stored_once', async () => {
    const second = await stack.startSecondApi();
    const total = 60;
    const events = Array.from({ length: total }, (_, n) => [
      described(life(1_000 + n)),
      exited(life(1_000 + n), 9_000),
    ]);
    const post = async (url: string, from: number, to: number) => {
      const body = JSON.stringify(host.batch(events.slice(from, to).flat(), { sequence: from * 2 + 1 }));
      const headers = { authorization: `Bearer ${host.credential}`, 'content-type': 'application/json' };
      return (await fetch(`${url}/v1/batches`, { method: 'POST', headers, body })).status;
    };
    for (let from = 0; from < total; from += 6) {
      // Each batch to both at once, cut differently, and then again to the other one.
      const statuses = await Promise.all([
        post(stack.url, from, from + 6),
        post(second.url, from, from + 3),
        post(second.url, Math.max(0, from - 2), from + 6),
      ]);
      expect(statuses).toEqual([200, 200, 200]);
    }
    expect(await committed()).toBe(total * 2);
    expect(await stored()).toEqual({ processes: total, deaths: total });
  });

  test('many_hosts_at_once_through_two_apis_are_each_stored_once', async () => {
    const second = await stack.startSecondApi();
    const many = await Promise.all(Array.from({ length: 12 }, (_, n) => stack.enroll(`ingest-crowd-${n}`)));
    const post = async (url: string, of: TestHost) => {
      const body = JSON.stringify(of.batch(killing(life(100), life(101), 200)));
      const headers = { authorization: `Bearer ${of.credential}`, 'content-type': 'application/json' };
      return (await fetch(`${url}/v1/batches`, { method: 'POST', headers, body })).status;
    };
    const orders = [many, many.toReversed(), many, many.toReversed()];
    const statuses = orders.flatMap((order, n) => order.map((of) => post(n % 2 === 0 ? stack.url : second.url, of)));
    expect(new Set(await Promise.all(statuses))).toEqual(new Set([200]));
    for (const of of many) expect(await stored(of)).toEqual({ processes: 2, signals: 1, deaths: 1 });
  });

  test('two_hosts_with_the_same_epoch_and_boot_do_not_disturb_each_other', async () => {
    const other = await stack.enroll('ingest-twin');
    const shared = host.batch(fiveSignals());
    expect((await host.send(shared)).body.committed).toBe(5);
    expect((await other.send(shared)).body.committed).toBe(5);
    expect(await stored(other)).toEqual(await stored(host));
  });

  test('a_gap_is_refused_with_the_committed_number_and_stores_nothing', async () => {
    await host.send(fiveSignals());
    const beyond = host.batch([signalled(life(10), 300, 10)], { sequence: 7 });
    expect(await host.send(beyond)).toMatchObject({ status: 409, body: { code: 'ingest/sequence-gap', committed: 5 } });
    const fresh = host.batch([signalled(life(10), 300, 10)], { epoch: randomUUID(), sequence: 2 });
    expect(await host.send(fresh)).toMatchObject({ status: 409, body: { code: 'ingest/sequence-gap', committed: 0 } });
    expect(await stored()).toEqual({ processes: 1, signals: 4 });
  });

  test('two_deaths_of_one_life_are_one_within_a_batch_and_across_batches', async () => {
    await host.send([described(life(20)), exited(life(20), 100, 3), exited(life(20), 150, 4)]);
    await host.send([exited(life(20), 200, 5)]);
    expect(await stored()).toEqual({ processes: 1, deaths: 1 });
    const { data } = await whoKilled(20);
    expect(data.whoKilled).toMatchObject({ exitCode: 3, diedAt: wall(100), process: { endedAt: wall(100) } });
  });
});

describe('all or nothing', () => {
  test('a_batch_whose_last_event_is_invalid_stores_nothing_and_names_the_field', async () => {
    const bad = { ...signalled(life(10), 300, 9), signal: 99 };
    const reply = await host.send([...fiveSignals(), bad]);
    expect(reply).toMatchObject({ status: 400, body: { code: 'ingest/bad-batch', field: '/events/5/signal' } });
    expect(reply.headers.get('content-type')).toContain('application/problem+json');
    expect(await stored()).toEqual({});
    expect(await committed()).toBeUndefined();
  });

  test('a_database_error_in_the_middle_rolls_everything_back_and_the_resend_is_stored_once', async () => {
    const batch = host.batch(killing(life(100), life(101), 200));
    await stack.sql.unsafe(`
      create function break_it() returns trigger language plpgsql as $$ begin raise exception 'disk on fire'; end $$;
      create trigger break_it before insert on lives for each row execute function break_it()`);
    try {
      const reply = await host.send(batch);
      expect(reply).toMatchObject({ status: 503, body: { code: 'ingest/not-stored' } });
      expect(reply.body.detail).not.toContain('disk on fire');
      expect(Number(reply.headers.get('retry-after'))).toBeGreaterThan(0);
      expect(await stored()).toEqual({});
    } finally {
      await stack.sql.unsafe('drop trigger break_it on lives; drop function break_it()');
    }
    expect(await host.send(batch)).toMatchObject({ status: 200, body: { committed: 4 } });
    expect(await stored()).toEqual({ processes: 2, signals: 1, deaths: 1 });
  });

  test('what_postgres_could_not_store_is_refused_for_good_rather_than_for_now', async () => {
    for (const bootedAt of [
      '0000-01-01T00:00:00Z',
      `2026-01-01T00:00:00.${'0'.repeat(200)}Z`,
      '9999-12-31T23:59:59Z',
    ]) {
      const batch = host.batch([agentStart(1), snapshot(1, 2 ** 39)], { bootedAt });
      expect(await host.send(batch)).toMatchObject({
        status: 400,
        body: { code: 'ingest/bad-batch', field: '/bootedAt' },
      });
    }
    const deep = `${'['.repeat(50_000)}${']'.repeat(50_000)}`;
    const batch = JSON.stringify(host.batch([{ kind: 'from_the_future', at: '1', deep: 'DEEP' }])).replace(
      '"DEEP"',
      deep,
    );
    const reply = await stack.fetch('/v1/batches', { method: 'POST', token: host.credential, body: batch });
    expect([reply.status, ((await reply.json()) as { code: string }).code]).toEqual([400, 'ingest/bad-batch']);
  });
});

describe('the end of a life', () => {
  const endOf = async (pid: number) =>
    (await stack.sql`select ended_at from processes where host_id = ${host.id} and pid = ${pid}`)[0]?.ended_at;

  test('is_stored_with_the_life_or_after_it_and_is_the_same', async () => {
    await host.send([described(life(21)), exited(life(21), 100.0004), described(life(22))]);
    await host.send([exited(life(22), 100.0004)]);
    expect([await endOf(21), await endOf(22)]).toEqual([new Date(wall(100)), new Date(wall(100))]);
  });

  test('stays_what_the_first_report_said_when_the_life_is_told_again', async () => {
    await host.send([described(life(23)), exited(life(23), 100)]);
    await host.send([described(life(23), { at: ns(90) }), exited(life(23), 150)]);
    expect(await endOf(23)).toEqual(new Date(wall(100)));
  });
});

describe('what is kept', () => {
  test('events_of_an_unknown_kind_are_kept_as_they_came', async () => {
    const event = { kind: 'coffee_spilled', at: ns(5), on: ['keyboard', { key: 'é' }], cups: 2.5, none: null } as const;
    expect((await host.send([event])).status).toBe(200);
    const [row] = await stack.sql`select kind, event, at from unknown_events where host_id = ${host.id}`;
    expect(row).toEqual({ kind: 'coffee_spilled', event, at: new Date(wall(5)) });
  });

  test('nul_and_lone_surrogates_are_stored_as_replacement_characters', async () => {
    const args = ['a\0b', 'c\ud800d', '\udc00', 'fine 😀'];
    const unknown = { kind: 'odd', at: '1', 'k\0ey': ['\ud9ff'] };
    expect((await host.send([described(life(30), { args, comm: 'x\0' }), unknown])).status).toBe(200);
    const [row] = await stack.sql`select args, comm from processes where host_id = ${host.id}`;
    expect(row).toEqual({ args: ['a\uFFFDb', 'c\uFFFDd', '\uFFFD', 'fine 😀'], comm: 'x\uFFFD' });
    const [kept] = await stack.sql`select event from unknown_events where host_id = ${host.id}`;
    expect(kept!.event).toEqual({ kind: 'odd', at: '1', 'k\uFFFDey': ['\uFFFD'] });
  });

  test('what_the_agent_says_of_itself_is_on_its_host', async () => {
    await host.send([agentStart(1, { rung: 'procfs', blindSpots: ['Cannot see senders.'] })]);
    const { data } = await stack.gql(
      'query ($n: String!) { host(name: $n) { rung blindSpots agentVersion kernel arch lastSeenAt } }',
      { n: host.name },
    );
    expect(data.host).toMatchObject({
      rung: 'PROCFS',
      blindSpots: ['Cannot see senders.'],
      agentVersion: '0.1.0',
      kernel: '6.18.0',
    });
    expect(data.host.lastSeenAt).not.toBeNull();
  });
});

describe('who it was when it acted', () => {
  const victim = life(40);
  const killer = life(41);
  const shell = described(killer, { comm: 'bash', args: ['bash', '-c', 'kill'], execAt: ns(50) });
  const later = (comm: string, execMs: number) => described(killer, { comm, args: [comm], execAt: ns(execMs) });
  const kill = [signalled(victim, 100, 9, { sender: killer }), ended(victim, 101, 9)];

  async function expectKiller(comm: string, args: readonly string[]) {
    const { data } = await whoKilled(40);
    const { verdict } = data.whoKilled;
    expect(verdict.actor.process).toMatchObject({ comm, args });
    expect(verdict.summary).toContain(comm);
  }

  test('an_exec_after_the_kill_in_the_same_batch_keeps_the_former_image', async () => {
    await host.send([described(victim), shell, ...kill, later('sleep', 200)]);
    await expectKiller('bash', ['bash', '-c', 'kill']);
  });

  test('an_exec_after_the_kill_in_a_later_batch_keeps_the_former_image', async () => {
    await host.send([described(victim), shell, ...kill]);
    await host.send([later('sleep', 200)]);
    await host.send([later('true', 300)]);
    await expectKiller('bash', ['bash', '-c', 'kill']);
  });

  test('an_image_that_came_and_went_within_one_batch_is_kept_beside_the_one_before_it', async () => {
    const other = life(42);
    await host.send([
      described(victim),
      described(other),
      shell,
      signalled(other, 60, 9, { sender: killer }),
      ended(other, 61, 9),
    ]);
    await host.send([later('pkill', 80), ...kill, later('sleep', 200)]);
    await expectKiller('pkill', ['pkill']);
    const { data } = await whoKilled(42);
    expect(data.whoKilled.verdict.actor.process).toMatchObject({ comm: 'bash' });
  });

  test('an_image_that_had_not_acted_is_not_kept', async () => {
    await host.send([shell, later('sleep', 200)]);
    await host.send([later('true', 300)]);
    expect(await stored()).toEqual({ processes: 1 });
  });

  test('a_description_that_comes_late_does_not_replace_a_newer_one', async () => {
    await host.send([later('sleep', 200)]);
    await host.send([shell]);
    expect((await stack.sql`select comm from processes where host_id = ${host.id}`)[0]).toEqual({ comm: 'sleep' });
  });
});

describe('ends that nobody saw', () => {
  test('a_snapshot_closes_the_lives_that_it_did_not_describe', async () => {
    await host.send([described(life(50)), described(life(51))]);
    await host.send([
      agentStart(1_000),
      described(life(51), { at: ns(1_010), origin: 'snapshot' }),
      snapshot(1_005, 1_020, 1),
    ]);
    expect((await whoKilled(50, wall(5_000))).errors?.[0]).toMatchObject({
      extensions: { code: 'history/end-not-seen' },
    });
    expect((await whoKilled(51, wall(5_000))).errors?.[0]).toMatchObject({
      extensions: { code: 'history/still-alive' },
    });
  });

  test('a_new_boot_closes_the_lives_of_the_earlier_boot', async () => {
    await host.send([agentStart(1), described(life(60))]);
    const next = { bootId: randomUUID(), bootedAt: '2026-11-21T08:00:00.000Z' };
    await host.send(host.batch([agentStart(1), described(life(61))], next));
    expect((await whoKilled(60, '2026-11-22T00:00:00Z')).errors?.[0]).toMatchObject({
      extensions: { code: 'history/end-not-seen' },
    });
    expect((await whoKilled(61, '2026-11-22T00:00:00Z')).errors?.[0]).toMatchObject({
      extensions: { code: 'history/still-alive' },
    });
  });

  test('a_late_batch_of_an_earlier_boot_does_not_close_the_lives_of_the_present_one', async () => {
    await host.send([agentStart(1), described(life(62))]);
    const earlier = { epoch: randomUUID(), sequence: 1, bootId: randomUUID(), bootedAt: '2026-11-19T08:00:00.000Z' };
    await host.send(host.batch([agentStart(1), described(life(63))], earlier));
    expect((await whoKilled(62, wall(5_000))).errors?.[0]).toMatchObject({
      extensions: { code: 'history/still-alive' },
    });
  });
});

test('a_pid_that_lived_twice_is_two_lives_and_at_chooses_between_their_deaths', async () => {
  const [first, second] = [life(70, 100), life(70, 500)];
  await host.send([
    described(first, { comm: 'one' }),
    exited(first, 200, 1),
    described(second, { comm: 'two' }),
    exited(second, 600, 2),
  ]);
  const commAt = async (at: string | null) => (await whoKilled(70, at)).data.whoKilled?.process.comm;
  expect(await commAt(null)).toBe('two');
  expect(await commAt(wall(600))).toBe('two');
  expect(await commAt(wall(599))).toBe('one');
  expect(await commAt(wall(200))).toBe('one');
  expect((await whoKilled(70, wall(150))).errors?.[0]).toMatchObject({ extensions: { code: 'history/still-alive' } });
  expect((await whoKilled(70, wall(50))).errors?.[0]).toMatchObject({
    extensions: { code: 'history/no-such-process' },
  });
});

describe('late evidence', () => {
  const pending = async () =>
    (await stack.sql`select pid from pending_verdicts order by pid`).map((row) => row.pid as number);
  beforeEach(() => stack.sql`delete from pending_verdicts`);

  test('a_late_signal_or_oom_kill_reopens_the_verdict', async () => {
    await host.send([described(life(80)), ended(life(80), 200, 9), described(life(81)), ended(life(81), 200, 9)]);
    expect(await pending()).toEqual([80, 81]);
    await stack.sql`delete from pending_verdicts`;
    await host.send([described(life(82)), signalled(life(80), 199, 9, { sender: life(82) })]);
    expect(await pending()).toEqual([80]);
    await host.send([oomKill(life(81), 199)]);
    expect(await pending()).toEqual([80, 81]);
  });

  test('a_signal_after_the_death_reopens_nothing', async () => {
    await host.send([described(life(83)), ended(life(83), 200, 9)]);
    await stack.sql`delete from pending_verdicts`;
    await host.send([signalled(life(83), 201, 9)]);
    expect(await pending()).toEqual([]);
  });
});
