/** Partitions by day: where lives go, how keys find them, and how days end. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { HistoryDaysStore } from '../../src/store/history-days.store.js';
import { connectPostgres, plannedOnce, type Db } from '../../src/store/postgres.js';
import { statementText, type Statement } from '../../src/store/sql.js';
import { described, exited, life } from '../support/events.js';
import type { TestHost } from '../support/host.js';
import { startStack, type Stack } from '../support/stack.js';

let stack: Stack;
let host: TestHost;
let db: Db;
const dayMs = 86_400_000;
const today = Math.floor(Date.now() / dayMs);
const midnight = new Date(today * dayMs).toISOString();

beforeAll(async () => {
  stack = await startStack();
  host = await stack.enroll('host');
  db = connectPostgres(stack.env.databaseUrl, 1);
});
afterAll(async () => {
  await db?.end();
  await stack?.close();
});

const keepDays = (now: number, retentionDays = 30) =>
  new HistoryDaysStore(db, { retentionDays }, { info: () => undefined } as never).keep(now);

async function partitionOf(pid: number): Promise<string> {
  const rows =
    await stack.sql`select tableoid::regclass::text as name from lives where host_id = ${host.id} and pid = ${pid}`;
  expect(rows).toHaveLength(1);
  return rows[0]!['name'];
}
const partition = (day: number) => `lives_${new Date(day * dayMs).toISOString().slice(0, 10).replaceAll('-', '')}`;

test('a_life_is_where_its_start_says_also_when_its_end_comes_days_later_under_a_clock_that_has_moved', async () => {
  await host.send(host.batch([described(life(21, 5))], { bootedAt: midnight }));
  const moved = new Date((today + 3) * dayMs).toISOString();
  await host.send(host.batch([exited(life(21, 5), 100), described(life(22, 7))], { bootedAt: moved }));
  expect([await partitionOf(21), await partitionOf(22)]).toEqual([partition(today), partition(today)]);
  const [row] = await stack.sql`select died_at from deaths where host_id = ${host.id} and pid = 21`;
  expect(row?.['died_at']).toEqual(new Date((today + 3) * dayMs + 100));
});

test('what_has_no_day_because_a_clock_is_wrong_is_set_aside_and_found', async () => {
  const skewed = await stack.enroll('skewed');
  for (const bootedAt of ['1970-01-02T00:00:00.000Z', '2080-01-01T00:00:00.000Z']) {
    const bootId = bootedAt.startsWith('19') ? skewed.bootId : host.bootId;
    const { status } = await skewed.send(
      skewed.batch([described(life(31, 5)), exited(life(31, 5), 9)], { bootedAt, bootId }),
    );
    expect(status).toBe(200);
  }
  const rows = await stack.sql`select tableoid::regclass::text as name from lives where host_id = ${skewed.id}`;
  expect(rows.map(({ name }) => name)).toEqual(['lives_other', 'lives_other']);
  expect(await stack.sql`select from deaths where host_id = ${skewed.id}`).toHaveLength(2);
  const reply = await stack.gql('{ whoKilled(host: "skewed", pid: 31) { diedAt } }');
  expect(reply.data.whoKilled.diedAt).toBe('2080-01-01T00:00:00.009Z');
});

test('days_are_made_ahead_and_what_waited_in_the_default_partition_moves_in', async () => {
  const late = await stack.enroll('late');
  const bootedAt = new Date((today + 9) * dayMs).toISOString();
  await late.send(late.batch([described(life(41, 5))], { bootedAt }));
  expect(await keepDays((today + 4) * dayMs)).toMatchObject({ made: 4 });
  const rows = await stack.sql`select tableoid::regclass::text as name from lives where host_id = ${late.id}`;
  expect(rows.map(({ name }) => name)).toEqual([partition(today + 9)]);
  expect(await keepDays((today + 4) * dayMs)).toEqual({ made: 0, dropped: 0 });
});

test('statements_by_key_look_into_the_partition_of_the_day_only', async () => {
  const [stored] = await stack.sql`select boot from lives where host_id = ${host.id} and pid = 21`;
  const keys = [[stored!['boot'], 21, life(21, 5).start]];
  const literal = (n: number) => `'{${keys.map((key) => key[n]).join(',')}}'`;
  for (const statement of ['processesByKey', 'deathsByKey', 'lineage'] satisfies Statement[]) {
    const text = statementText(statement)
      .replace(/^--.*$/gm, '')
      .replaceAll(/\$(\d)/g, (_, n) => literal(Number(n) - 1));
    const rows = await plannedOnce(db).unsafe<{ 'QUERY PLAN': string }[]>(
      `explain (analyze, costs off, timing off) ${text}`,
    );
    const scans = rows.map((row) => row['QUERY PLAN']).filter((line) => /Scan.* on lives_/.test(line));
    const ran = scans.filter((line) => !line.includes('never executed'));
    expect(scans.length).toBeGreaterThan(ran.length);
    for (const line of ran) expect(line).toContain(partition(today));
  }
});

test('a_day_past_the_retention_is_dropped_and_what_outlasts_it_is_kept', async () => {
  const old = await stack.enroll('old');
  const bootedAt = new Date((today - 1) * dayMs).toISOString();
  await old.send(
    old.batch([described(life(51, 5)), exited(life(51, 5), 9), described(life(52, 5)), described(life(53, 5))], {
      bootedAt,
    }),
  );
  await old.send(old.batch([exited(life(53, 5), 40 * dayMs)], { bootedAt }));
  expect(await keepDays((today + 35) * dayMs)).toMatchObject({ dropped: expect.any(Number) });
  const rows = await stack.sql`select p.pid, p.comm, d.died_ns is not null as dead, p.day
    from processes p left join deaths d using (boot, pid, start_ns) where p.host_id = ${old.id} order by pid`;
  expect(rows).toEqual([
    { pid: 52, comm: expect.any(String), dead: false, day: today - 1 },
    { pid: 53, comm: expect.any(String), dead: true, day: today - 1 },
  ]);
  // They end as others do.
  await old.send(old.batch([exited(life(52, 5), 41 * dayMs)], { bootedAt }));
  expect(await stack.sql`select from deaths where host_id = ${old.id}`).toHaveLength(2);
  expect((await stack.sql`select to_regclass(${partition(today - 1)}) as name`)[0]?.['name']).toBeNull();
});
