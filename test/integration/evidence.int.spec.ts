/** Evidence beside signals and exits, stored: OOM reports, kernel log, core dumps, episodes, throttles, losses of cgroups. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Event } from '../../src/contract/index.js';
import {
  agentStart,
  coreDump,
  described,
  ended,
  episode,
  exited,
  kernelLog,
  life,
  loss,
  ns,
  oomReport,
  signalled,
  snapshot,
  throttle,
  wall,
} from '../support/events.js';
import type { TestHost } from '../support/host.js';
import { startStack, type Stack } from '../support/stack.js';

let stack: Stack;
let host: TestHost;
let hosts = 0;

beforeAll(async () => void (stack = await startStack()));
afterAll(() => stack.close());
beforeEach(async () => {
  host = await stack.enroll(`evidence-${++hosts}`);
  await stack.sql`delete from pending_verdicts`;
});

/** Stores it, or says why not. */
async function send(events: readonly Event[], envelope: object = {}): Promise<void> {
  expect(await host.send(host.batch(events, envelope))).toMatchObject({ status: 200 });
}

/** As an agent that died with the batch in flight would: the same events under another epoch. */
const sendAgain = (events: readonly Event[]) => send(events, { epoch: randomUUID(), sequence: 1 });

const count = async (table: string) =>
  (
    await stack.sql<{ n: number }[]>`
      select count(*)::int as n from ${stack.sql(table)} where boot in (select id from boots where host_id = ${host.id})`
  )[0]!.n;

const pending = async () =>
  (await stack.sql`select pid from pending_verdicts order by pid`).map((row) => row['pid'] as number);

const worker = life(100);
const died = [described(worker, { comm: 'worker' }), ended(worker, 5_000, 9)];

describe('exactly once, also under a new epoch', () => {
  const everything: Event[] = [
    ...died,
    signalled(worker, 4_000, 11, { disposition: 'caught', count: 500, until: ns(4_900) }),
    oomReport(worker, 4_999, { sequence: 70 }),
    oomReport(worker, 4_999),
    kernelLog(worker, 4_999, { sequence: 69 }),
    kernelLog(worker, 4_999),
    coreDump(worker, 6_000),
    episode(worker, 'stopped', 2_000),
    throttle('/flood', 3_000, { atMs: 4_000, count: 12 }),
    loss(3_000, 4_000, { cause: 'throttled', cgroup: '/flood' }),
    loss(3_000, 4_000, { cause: 'throttled', cgroup: '/other' }),
  ];
  const tables = {
    signals: 1,
    oom_reports: 2,
    oom_victims: 2,
    oom_tasks: 2,
    kernel_log: 2,
    core_dumps: 1,
    episodes: 1,
    throttles: 1,
    losses: 2,
  };

  test('every_kind_is_stored_once_and_none_is_missing', async () => {
    await send(everything);
    await sendAgain(everything);
    await sendAgain(everything.toReversed());
    for (const [table, rows] of Object.entries(tables)) expect([table, await count(table)]).toEqual([table, rows]);
  });

  test('paths_longer_than_an_index_takes_are_stored', async () => {
    const cgroup = Array.from({ length: 128 }, () => randomUUID().slice(0, 31)).join('/');
    await send([throttle(cgroup, 1), loss(1, 2, { cgroup }), throttle(`${cgroup}x`, 1), loss(1, 2, { cgroup: '/' })]);
    expect([await count('throttles'), await count('losses')]).toEqual([2, 2]);
  });
});

describe('late evidence re-opens the verdict, in whatever order it comes', () => {
  const late: Record<string, Event> = {
    'an OOM report': oomReport(worker, 4_999),
    'a line of the kernel log': kernelLog(worker, 4_999),
    'a core dump': coreDump(worker, 6_000),
  };

  test.each(Object.entries(late))('%s', async (_, event) => {
    await send([event]);
    expect(await pending()).toEqual([]);
    await send(died);
    expect(await pending()).toEqual([100]);
    await stack.sql`delete from pending_verdicts`;
    await send([{ ...event, at: ns(6_100) }]);
    expect(await pending()).toEqual([100]);
  });

  test('a_report_that_could_not_be_joined_to_a_life_is_kept_and_re_opens_nothing', async () => {
    await send(died);
    await stack.sql`delete from pending_verdicts`;
    await send([
      oomReport(worker, 4_999, { victims: [{ pid: 100, comm: 'worker' }] }),
      { ...kernelLog(worker, 1), process: undefined } as Event,
    ]);
    expect([await count('oom_victims'), await count('kernel_log'), await pending()]).toEqual([1, 1, []]);
  });

  test('parts_of_what_became_of_a_core_dump_add_up', async () => {
    await send([coreDump(worker, 6_000, { pattern: '|/usr/lib/systemd/systemd-coredump' })]);
    await send([coreDump(worker, 7_000, { pattern: undefined, path: '/cores/1.zst', sizeBytes: 9_000 } as object)]);
    await send([coreDump(worker, 6_500, { pattern: 'stale' })]);
    const [row] =
      await stack.sql`select pattern, path, size_bytes::int from core_dumps where pid = 100 and boot in (select id from boots where host_id = ${host.id})`;
    expect(row).toEqual({ pattern: '|/usr/lib/systemd/systemd-coredump', path: '/cores/1.zst', size_bytes: 9_000 });
  });
});

describe('the end of an episode', () => {
  const stopped = episode(worker, 'stopped', 2_000);
  const zombie = episode(worker, 'zombie', 5_000);
  const ends = async () =>
    Object.fromEntries(
      (await stack.sql`select state, ended_at from episodes where host_id = ${host.id}`).map((row) => [
        row['state'],
        (row['ended_at'] as Date | null)?.toISOString() ?? null,
      ]),
    );

  test('is_what_the_agent_says', async () => {
    await send([described(worker), stopped]);
    expect(await ends()).toEqual({ stopped: null });
    await send([{ ...stopped, at: ns(4_100), until: ns(4_000) }]);
    await send([stopped]);
    expect(await ends()).toEqual({ stopped: wall(4_000) });
  });

  test('is_the_death_except_for_a_zombie_before_and_after', async () => {
    await send([described(worker), stopped, zombie, ...died]);
    expect(await ends()).toEqual({ stopped: wall(5_000), zombie: null });
    await send([episode(worker, 'uninterruptible', 3_000)]);
    expect(await ends()).toEqual({ stopped: wall(5_000), zombie: null, uninterruptible: wall(5_000) });
  });

  test('is_the_next_boot_before_and_after', async () => {
    await send([agentStart(1), described(worker), zombie]);
    const bootedAt = '2026-11-21T08:00:00.000Z';
    await send([agentStart(1)], { epoch: randomUUID(), sequence: 1, bootId: randomUUID(), bootedAt });
    expect(await ends()).toEqual({ zombie: bootedAt });
    await send([stopped]);
    expect(await ends()).toEqual({ zombie: bootedAt, stopped: bootedAt });
  });

  test('is_the_snapshot_that_no_longer_found_the_process', async () => {
    await send([described(worker), stopped]);
    await send([agentStart(9_000), snapshot(9_001, 9_500)]);
    expect(await ends()).toEqual({ stopped: wall(9_500) });
  });

  test('that_was_inferred_gives_way_to_an_agent_that_still_sees_it', async () => {
    await send([described(worker), stopped]);
    await send([snapshot(9_001, 9_500)]);
    await send([{ ...stopped, at: ns(9_600) }]);
    expect(await ends()).toEqual({ stopped: null });
  });
});

test('a_throttle_goes_on_until_it_is_told_or_the_host_boots', async () => {
  const until = async () =>
    (await stack.sql`select until from throttles where host_id = ${host.id} order by since`).map((row) =>
      (row['until'] as Date | null)?.toISOString(),
    );
  await send([agentStart(1), throttle('/a', 1_000), throttle('/b', 2_000)]);
  expect(await until()).toEqual([undefined, undefined]);
  await send([throttle('/a', 1_000, { atMs: 3_000, count: 7 }), throttle('/a', 1_000)]);
  expect(await until()).toEqual([wall(3_000), undefined]);
  const bootedAt = '2026-11-21T08:00:00.000Z';
  await send([agentStart(1)], { epoch: randomUUID(), sequence: 1, bootId: randomUUID(), bootedAt });
  expect(await until()).toEqual([wall(3_000), bootedAt]);
});

test('what_a_process_used_is_on_its_death', async () => {
  await send([
    described(worker),
    { ...exited(worker, 5_000), cpuTime: '1500000', peakRss: 2 ** 33, reconstructed: true },
  ]);
  const [row] =
    await stack.sql`select cpu_ns::text, peak_rss_bytes::text, reconstructed from deaths where host_id = ${host.id}`;
  expect(row).toEqual({ cpu_ns: '1500000', peak_rss_bytes: String(2 ** 33), reconstructed: true });
});
