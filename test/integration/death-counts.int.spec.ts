/** `deathCounts`: kept as verdicts are saved, moved as deaths are decided otherwise, and the same when counted anew. */
import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { BackfillService } from '../../src/diagnosis/backfill.service.js';
import { createLogger } from '../../src/platform/logger.js';
import { DeathCountStore } from '../../src/store/death-count.store.js';
import { connectPostgres, type Db } from '../../src/store/postgres.js';
import { countedCells } from '../support/counts.js';
import { bootedAt, described, ended, exited, killing, life, oomReport, signalled } from '../support/events.js';
import { eventually } from '../support/eventually.js';
import type { TestHost } from '../support/host.js';
import { startStack, type Answer, type Stack } from '../support/stack.js';

const hourMs = 3_600_000;
const login = { user: { uid: 1001, name: 'bob' }, session: 3 };

let stack: Stack;
let db: Db;
let [web, mail]: TestHost[] = [];

beforeAll(async () => {
  stack = await startStack({ worker: true });
  db = connectPostgres(stack.env.databaseUrl, 2);
  [web, mail] = [await stack.enroll('web'), await stack.enroll('mail')];
  // In the first hour of that boot, three ends of a service's processes and a kill by bob; in the third another kill.
  await web!.send([
    ...[200, 201, 202].flatMap((pid) => [
      described(life(pid), {
        comm: 'nginx',
        exe: '/usr/sbin/nginx',
        unit: 'nginx.service',
        cgroup: '/system.slice/nginx.service',
      }),
      exited(life(pid), 10_000 + pid, 1),
    ]),
    described(life(300), { comm: 'kill', exe: '/usr/bin/kill', login }),
    ...killing(life(301), life(302), 20_000),
    described(life(303), { comm: 'worker', exe: '/srv/worker', args: ['worker', '--queue', 'blue'] }),
    signalled(life(303), 30_000, 9, { sender: life(300) }),
    ended(life(303), 30_001, 9),
    described(life(304), { comm: 'worker', exe: '/srv/worker', args: ['worker', '--queue', 'red'] }),
    signalled(life(304), 2 * hourMs + 60_000, 9, { sender: life(300) }),
    ended(life(304), 2 * hourMs + 60_001, 9),
  ]);
  await mail!.send([described(life(400), { comm: 'postfix' }), exited(life(400), 40_000)]);
  await allDecided();
});
afterAll(async () => {
  await db.end({ timeout: 5 });
  await stack.close();
});

const allDecided = () =>
  eventually(
    async () => (await stack.sql`select from pending_verdicts`).length === 0 && (await undecided()) === 0,
    30_000,
  );
const undecided = async () => (await stack.sql`select from deaths where engine is null`).length;
const at = (ms: number) => new Date(Date.parse(bootedAt) + ms).toISOString();

async function counts(groupBy: string[], more: { filter?: object; bucket?: string } = {}): Promise<Answer[]> {
  const query = `query ($filter: DeathFilter, $groupBy: [DeathDimension!]!, $bucket: Duration) {
    deathCounts(filter: $filter, groupBy: $groupBy, bucket: $bucket) {
      bucket cause actor host { name } unit exe killer login signal { name } other count } }`;
  const { data, errors } = await stack.gql(query, { groupBy, ...more });
  expect(errors).toBeUndefined();
  return data.deathCounts;
}

const short = (rows: Answer[], ...fields: string[]) =>
  rows.map((row) => fields.map((field) => row[field]?.name ?? row[field]));

describe('what can be asked', () => {
  test('deaths_are_counted_by_each_dimension', async () => {
    expect(short(await counts(['CAUSE']), 'cause', 'count')).toEqual([
      ['FAILED', 3],
      ['SIGNALED', 3],
      ['EXITED', 1],
    ]);
    expect(short(await counts(['HOST', 'SIGNAL']), 'host', 'signal', 'count')).toEqual([
      ['web', null, 3],
      ['web', 'SIGKILL', 3],
      ['mail', null, 1],
    ]);
    expect(short(await counts(['UNIT']), 'unit', 'count')).toEqual([
      [null, 4],
      ['nginx.service', 3],
    ]);
    expect(
      short(
        await counts(['EXE', 'KILLER', 'LOGIN'], { filter: { cause: ['SIGNALED'] } }),
        'exe',
        'killer',
        'login',
        'count',
      ),
    ).toEqual([
      ['/srv/worker', '/usr/bin/kill', 'bob', 2],
      ['/usr/bin/worker', '/usr/bin/kill', null, 1],
    ]);
    expect(short(await counts(['ACTOR'], { filter: { loginUser: 'bob' } }), 'actor', 'count')).toEqual([['HUMAN', 2]]);
  });

  test('buckets_are_of_UTC_and_in_order', async () => {
    const filter = { host: 'web', signal: [9] };
    expect(short(await counts([], { filter, bucket: '1h' }), 'bucket', 'count')).toEqual([
      [at(0), 2],
      [at(2 * hourMs), 1],
    ]);
    expect(short(await counts([], { filter, bucket: 'P1D' }), 'bucket', 'count')).toEqual([
      ['2026-11-20T00:00:00.000Z', 3],
    ]);
  });

  test('filters_that_the_counts_cannot_answer_are_answered_from_history', async () => {
    expect(short(await counts(['EXE'], { filter: { command: '--queue red' } }), 'exe', 'count')).toEqual([
      ['/srv/worker', 1],
    ]);
    expect(short(await counts(['CAUSE'], { filter: { host: 'web', pid: 201 } }), 'cause', 'count')).toEqual([
      ['FAILED', 1],
    ]);
  });

  test('parts_of_an_hour_are_counted_death_by_death', async () => {
    const between = (since: number, until: number) => ({ filter: { host: 'web', since: at(since), until: at(until) } });
    expect(short(await counts(['SIGNAL'], between(25_000, 2 * hourMs + 61_000)), 'signal', 'count')).toEqual([
      ['SIGKILL', 2],
    ]);
    expect(short(await counts(['SIGNAL'], between(25_000, 40_000)), 'signal', 'count')).toEqual([['SIGKILL', 1]]);
    expect(short(await counts([], { ...between(0, 3 * hourMs), bucket: '7d' }), 'count')).toEqual([[6]]);
    expect(await counts(['SIGNAL'], between(40_000, 40_000))).toEqual([]);
  });

  test.each([
    ['no dimension and no bucket', '{ deathCounts(groupBy: []) { count } }', 'history/nothing-to-group-by'],
    ['half an hour', '{ deathCounts(groupBy: [CAUSE], bucket: "PT30M") { count } }', 'GRAPHQL_VALIDATION_FAILED'],
    [
      'a host that is not there',
      '{ deathCounts(filter: { host: "nobody" }, groupBy: [CAUSE]) { count } }',
      'history/unknown-host',
    ],
    [
      'many at once',
      `{ ${Array.from({ length: 40 }, (_, n) => `a${n}: deathCounts(groupBy: [HOST]) { count exe unit host { name } }`).join(' ')} }`,
      'graphql/too-complex',
    ],
  ])('%s_is_refused', async (_what, query, code) => {
    expect((await stack.gql(query)).errors?.[0]?.extensions.code).toBe(code);
  });
});

describe('kept and counted anew', () => {
  const rebuild = () => new DeathCountStore(db).rebuild(() => undefined);

  test('a_death_that_is_decided_otherwise_moves', async () => {
    const victim = life(500);
    await web!.send([
      described(victim, { comm: 'hungry', exe: '/srv/hungry' }),
      signalled(victim, 50_000, 9, { code: 128 }),
      ended(victim, 50_001, 9),
    ]);
    await allDecided();
    const filter = { exe: 'hungry' };
    expect(short(await counts(['CAUSE'], { filter }), 'count')).toEqual([[1]]);
    const before = await counts(['CAUSE'], { filter });
    await web!.send([oomReport(victim, 49_999)]);
    await allDecided();
    const after = await counts(['CAUSE'], { filter });
    expect(before[0].cause).not.toBe('OOM_CGROUP');
    expect(short(after, 'cause', 'count')).toEqual([['OOM_CGROUP', 1]]);
  });

  test('what_is_kept_equals_what_is_counted_anew_also_by_several_workers_at_once', async () => {
    const others = await Promise.all([1, 2].map(() => stack.startWorker()));
    const hosts = await Promise.all(['a', 'b', 'c'].map((name) => stack.enroll(`many-${name}`)));
    const pids = Array.from({ length: 700 }, (_, n) => 1_000 + n);
    const story = (pid: number) => [
      described(life(pid), {
        comm: `p${pid % 7}`,
        exe: `/bin/p${pid % 7}`,
        unit: `u${pid % 5}.service`,
        cgroup: `/system.slice/u${pid % 5}.service`,
      }),
      ...(pid % 3 ? [signalled(life(pid), 100_000 + pid, 9, { sender: life(10, 10) })] : []),
      pid % 3 ? ended(life(pid), 100_001 + pid * 7_000, 9) : exited(life(pid), 100_001 + pid * 7_000, pid % 2),
    ];
    const killer = described(life(10, 10), { comm: 'reaper', login });
    await Promise.all(hosts.map((host) => host.send([killer, ...pids.flatMap(story)])));
    // While they are decided: late evidence that re-opens some, and counting anew.
    const late = Promise.all(
      hosts.map((host) =>
        host.send(pids.filter((pid) => pid % 3 === 1).map((pid) => oomReport(life(pid), 99_000 + pid))),
      ),
    );
    await Promise.all([late, rebuild(), rebuild()]);
    await allDecided();
    await eventually(
      async () => (await stack.sql`select count(*)::int as n from verdicts where cell is not null`)[0]!['n'] >= 2_100,
    );
    const kept = await countedCells(stack.sql);
    const [{ total } = { total: 0 }] = await stack.sql<
      { total: number }[]
    >`select sum(count)::int as total from death_counts`;
    expect(total).toBe((await stack.sql`select count(*)::int as n from deaths`)[0]!['n']);
    expect(kept.some((cell) => cell.includes('OOM_CGROUP'))).toBe(true);
    await rebuild();
    expect(await countedCells(stack.sql)).toEqual(kept);
    for (const worker of others) await worker.close();
  });

  test('whatever_the_counts_had_become_history_makes_them_right', async () => {
    const right = await countedCells(stack.sql);
    await stack.sql`update death_counts set count = count + 5 where id % 3 = 0`;
    await stack.sql`update verdicts set cell = null where pid % 2 = 0`;
    const env = { ...process.env, DATABASE_URL: stack.env.databaseUrl };
    const program = path.resolve(import.meta.dirname, '../../dist/counts-rebuild.js');
    const { stdout } = await promisify(execFile)(process.execPath, [program], { env });
    expect(stdout).toMatch(/^counted anew: \d+ deaths of \d+ days of hosts\.$/m);
    expect(await countedCells(stack.sql)).toEqual(right);
  });

  test('a_database_from_before_there_were_counts_is_counted_once', async () => {
    const right = await countedCells(stack.sql);
    await stack.sql`truncate death_counts`;
    await new BackfillService(new DeathCountStore(db), createLogger({ logLevel: 'silent' }, 'test')).run();
    expect(await countedCells(stack.sql)).toEqual(right);
  });

  test('counts_outlive_the_deaths', async () => {
    const before = await counts(['CAUSE'], { filter: { host: 'mail' } });
    await stack.sql`delete from deaths where host_id = ${mail!.id}`;
    await rebuild();
    expect(await counts(['CAUSE'], { filter: { host: 'mail' } })).toEqual(before);
  });

  test('what_finds_no_room_is_counted_as_other', async () => {
    const host = await stack.enroll('crowded');
    const story = (n: number) => [
      described(life(2_000 + n), { comm: 'x', exe: `/tmp/x${n}` }),
      exited(life(2_000 + n), 100_000 + n),
    ];
    for (const [from, many] of [
      [0, 200],
      [200, 100],
    ] as const) {
      await host.send(Array.from({ length: many }, (_, n) => story(from + n)).flat());
      await allDecided();
    }
    const groups = await counts(['EXE', 'CAUSE'], { filter: { host: 'crowded' } });
    expect(groups.filter(({ other }) => !other)).toHaveLength(256);
    expect(groups[0]).toMatchObject({ other: true, exe: null, cause: 'EXITED', count: 44 });
  });
});
