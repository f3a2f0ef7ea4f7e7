import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { startPostgres } from '../../scripts/postgres.mjs';
import { applyMigrations } from '../../src/store/migrate.js';
import { agentStart, described, exited, killing, life } from '../support/events.js';
import { eventually } from '../support/eventually.js';
import { enrollWithService, inState, request } from '../support/jobs.js';
import { requirePrerequisite } from '../support/prerequisite.js';
import { startRedis } from '../support/redis.js';
import { startStack, type Stack } from '../support/stack.js';

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function stackWith(options: Parameters<typeof startStack>[0]): Promise<Stack> {
  const stack = await startStack(options);
  cleanups.push(() => stack.close());
  return stack;
}

async function redis(port?: number) {
  const server = await startRedis(port);
  cleanups.push(() => server.stop());
  return server;
}

const undecided = async ({ sql }: Stack) =>
  (await sql`select count(*)::int as n from deaths where engine is null`)[0]!.n as number;
const pending = async ({ sql }: Stack) => (await sql`select count(*)::int as n from pending_verdicts`)[0]!.n as number;
const allDecided = async (stack: Stack) => (await undecided(stack)) === 0 && (await pending(stack)) === 0;

const crowd = (from: number, many: number) =>
  Array.from({ length: many }, (_, n) => [
    described(life(from + n)),
    exited(life(from + n), 5_000 + from + n, n % 2),
  ]).flat();

const canRedis = requirePrerequisite('redis-server');

describe.each(canRedis ? ['Postgres', 'Redis'] : ['Postgres'])('with the queue in %s', (where) => {
  const options = async () => (where === 'Redis' ? { queueUrl: (await redis()).url } : {});

  test('verdicts_arrive', async () => {
    const stack = await stackWith({ ...(await options()), worker: true });
    const host = await stack.enroll('queued');
    await host.send([agentStart(1), ...killing(life(100), life(101), 200)]);
    await eventually(() => allDecided(stack));
    const [row] = await stack.sql`select cause, actor_kind, actor_pid, rule, decided_at from deaths`;
    expect(row).toMatchObject({ cause: 'SIGNALED', actor_kind: 'PROCESS', actor_pid: 101, rule: 'signaled' });
  });

  test('a_flood_in_many_batches_is_decided_whole', async () => {
    const stack = await stackWith({ ...(await options()), worker: true });
    const hosts = await Promise.all(['a', 'b', 'c'].map((name) => stack.enroll(name)));
    for (let part = 0; part < 6; part++)
      await Promise.all(hosts.map((host) => host.send(crowd(1_000 + part * 200, 200))));
    await eventually(() => allDecided(stack));
    expect((await stack.sql`select count(*)::int as n from deaths`)[0]!.n).toBe(3_600);
  });

  test('one_that_waits_keeps_none_of_the_others_waiting', async () => {
    const stack = await stackWith({ ...(await options()), worker: true });
    await enrollWithService(stack, 'web-1');
    const { id } = await request(stack, { action: 'SIGNAL_PROCESS', host: 'web-1', pid: 200, signal: 15 });
    const isWaiting = () =>
      stack.sql`select from pg_locks where relation = 'pending_verdicts'::regclass and not granted`;
    await stack.sql.begin(async (tx) => {
      await tx`lock table pending_verdicts in access exclusive mode`;
      await eventually(async () => (await isWaiting()).length > 0);
      await stack.sql`update jobs set deadline = now()`;
      // Sooner than what waits gives up.
      await inState(stack, id, 'EXPIRED', 14_000);
    });
  });

  test('the_sweep_finds_deaths_whose_wake_up_was_lost', async () => {
    const stack = await stackWith(await options());
    const host = await stack.enroll('forgotten');
    await host.send(crowd(100, 3));
    await stack.startWorker();
    await eventually(() => allDecided(stack));
    await stack.sql`update deaths set engine = null, cause = null`;
    await stack.sql`insert into pending_verdicts select boot, pid, start_ns from deaths`;
    await eventually(() => allDecided(stack));
  });

  test('a_worker_that_ends_in_the_middle_leaves_nothing_undecided_to_the_next', async () => {
    const stack = await stackWith(await options());
    const host = await stack.enroll('interrupted');
    const doomed = await stack.startWorker();
    await host.send(crowd(1_000, 600));
    const total = 600;
    // What it has under way is cut short, time and again: a transaction that did not commit is gone.
    await eventually(async () => (await undecided(stack)) < total || (await pending(stack)) < total);
    for (let cuts = 0; cuts < 50; cuts++) {
      await stack.sql`select pg_cancel_backend(pid) from pg_stat_activity
        where datname = current_database() and application_name = 'whodunit' and state <> 'idle'`;
    }
    await doomed.close();
    expect(await undecided(stack)).toBe(await pending(stack));
    await stack.startWorker();
    await eventually(() => allDecided(stack));
    expect((await stack.sql`select count(*)::int as n from deaths`)[0]!.n).toBe(total);
  });

  test('two_workers_share_the_work', async () => {
    const stack = await stackWith({ ...(await options()), worker: true });
    await stack.startWorker();
    const host = await stack.enroll('shared');
    await host.send(crowd(1_000, 1_000));
    await eventually(() => allDecided(stack));
  });
});

test.skipIf(!canRedis)(
  'batches_are_taken_while_redis_is_gone_and_decided_when_it_is_back',
  async () => {
    const first = await startRedis();
    const stack = await stackWith({ queueUrl: first.url, worker: true });
    const host = await stack.enroll('without-redis');
    expect((await host.send(crowd(100, 3))).status).toBe(200);
    await eventually(() => allDecided(stack));
    await first.stop();
    for (let n = 0; n < 30; n++) expect((await host.send(crowd(200 + 10 * n, 2))).status).toBe(200);
    await redis(Number(new URL(first.url).port));
    await eventually(() => allDecided(stack), 40_000);
  },
  90_000,
);

test('the_api_and_the_worker_recover_when_postgres_was_away', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'whodunit-test-away-'));
  await chmod(dataDir, 0o711);
  cleanups.push(() => rm(dataDir, { recursive: true, force: true }));
  const options = { dataDir, database: 'away', log: () => undefined };
  let server = await startPostgres(options);
  cleanups.push(() => server.stop());
  await applyMigrations(server.url, { log: () => undefined });
  const stack = await stackWith({ databaseUrl: server.url, worker: true });
  const host = await stack.enroll('patient');
  const watching = stack.subscribe('subscription { deaths { id } }');
  const interrupted = watching.next().then(
    ({ value }) => value,
    (errors: unknown) => errors,
  );
  const batch = host.batch([agentStart(1), ...killing(life(100), life(101), 200)]);
  expect((await stack.fetch('/readyz')).status).toBe(200);

  const port = new URL(server.url).port;
  await server.stop();
  expect((await stack.fetch('/readyz')).status).toBe(503);
  expect((await stack.fetch('/healthz')).status).toBe(200);
  // For as long as the credential is remembered, and after.
  await eventually(async () => {
    const reply = await host.send(batch);
    expect([reply.status, Number(reply.headers.get('retry-after')) > 0]).toEqual([503, true]);
    return reply.body.code !== 'ingest/not-stored';
  });
  const query = await stack.gql('{ hosts { nodes { name } } }');
  expect(JSON.stringify(query)).not.toMatch(/ECONNREFUSED|127\.0\.0\.1/);

  server = await startPostgres(options);
  expect(new URL(server.url).port).toBe(port);
  await eventually(async () => (await stack.fetch('/readyz')).status === 200);
  await eventually(async () => (await host.send(batch)).status === 200);
  expect(JSON.stringify(await interrupted)).toContain('history/subscription-interrupted');
  await eventually(() => allDecided(stack), 40_000);
  const { data } = await stack.gql('{ whoKilled(host: "patient", pid: 100) { verdict { cause } } }');
  expect(data).toEqual({ whoKilled: { verdict: { cause: 'SIGNALED' } } });
}, 120_000);
