/**
 * Backends of Postgres die under the driver, as they do when a machine is short of memory or an administrator is short of patience:
 * what was asked fails, the process goes on, and nothing is said in anybody else's transaction.
 */
import postgres, { type Sql } from 'postgres';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { connectPostgres, type Db } from '../../src/store/postgres.js';
import { createDatabase, type TestDatabase } from '../support/database.js';
import { eventually } from '../support/eventually.js';

let database: TestDatabase;
let killer: Sql;
let db: Db;
/** What would have ended a program of ours. */
const uncaught: unknown[] = [];
const see = (error: unknown) => void uncaught.push(error);

beforeAll(async () => {
  process.on('uncaughtException', see);
  database = await createDatabase();
  killer = postgres(database.url, { max: 1, onnotice: () => undefined });
  await killer`create table said (id int primary key, what text not null)`;
});
afterEach(async () => {
  await db.end({ timeout: 1 });
  await killer`truncate said`;
  expect(uncaught.splice(0)).toEqual([]);
});
afterAll(async () => {
  process.off('uncaughtException', see);
  await killer.end();
  await database.drop();
});

const pidOf = async (tx: Pick<Sql, 'unsafe'>) =>
  (await tx.unsafe('select pg_backend_pid() as pid'))[0]!['pid'] as number;
const kill = (pid: number) => killer`select pg_terminate_backend(${pid}, 5000)`;
const said = async () => (await killer<{ id: number }[]>`select id from said order by id`).map(({ id }) => id);

/** A promise, and how to keep it. */
function promised(): { readonly kept: Promise<void>; readonly keep: () => void } {
  let keep = () => undefined as void;
  const kept = new Promise<void>((resolve) => (keep = resolve));
  return { kept, keep };
}

test('a_transaction_whose_backend_dies_under_a_statement_fails_and_the_next_one_works', async () => {
  db = connectPostgres(database.url, 1);
  const asked = db.begin(async (tx) => {
    const pid = await pidOf(tx);
    await tx`insert into said values (1, 'lost')`;
    const [sleeping] = await Promise.allSettled([tx`select pg_sleep(20)`, kill(pid)]);
    expect(sleeping.status).toBe('rejected');
    await tx`insert into said values (2, 'after the end')`;
  });
  await expect(asked).rejects.toThrow();
  await db.begin((tx) => tx`insert into said values (3, 'kept')`);
  expect(await said()).toEqual([3]);
});

test('a_transaction_whose_backend_dies_between_two_statements_fails_and_the_next_one_works', async () => {
  db = connectPostgres(database.url, 1);
  const asked = db.begin(async (tx) => {
    await tx`insert into said values (1, 'lost')`;
    await kill(await pidOf(tx));
    await tx`insert into said values (2, 'after the end')`;
  });
  await expect(asked).rejects.toThrow();
  await db.begin((tx) => tx`insert into said values (3, 'kept')`);
  expect(await said()).toEqual([3]);
});

test('what_a_lost_transaction_still_says_is_not_said_in_the_one_that_got_its_connection', async () => {
  db = connectPostgres(database.url, 1);
  const [lost, second, over] = [promised(), promised(), promised()];
  const first = db.begin(async (tx) => {
    await kill(await pidOf(tx));
    lost.keep();
    await second.kept;
    try {
      await tx`insert into said values (1, 'of the first')`;
    } finally {
      over.keep();
    }
  });
  // It waits for the only connection.
  const other = db.begin(async (tx) => {
    await tx`insert into said values (2, 'of the second')`;
    second.keep();
    await over.kept;
    await tx`insert into said values (3, 'of the second')`;
  });
  await expect(first).rejects.toThrow();
  await lost.kept;
  await other;
  expect(await said()).toEqual([2, 3]);
});

test('what_is_said_after_a_transaction_failed_or_committed_is_refused', async () => {
  db = connectPostgres(database.url, 1);
  let late: (() => Promise<unknown>) | undefined;
  const asked = db.begin(async (tx) => {
    late = async () => tx`insert into said values (1, 'late')`;
    await tx`select 1 / 0`;
  });
  await expect(asked).rejects.toThrow('division by zero');
  await expect(late!()).rejects.toThrow('division by zero');
  await db.begin(async (tx) => {
    late = async () => tx`insert into said values (2, 'late')`;
  });
  await expect(late!()).rejects.toThrow('committed');
  expect(await said()).toEqual([]);
});

test('when_all_backends_die_at_once_again_and_again_the_pool_comes_back_each_time', async () => {
  db = connectPostgres(database.url, 4);
  let next = 1;
  let isOver = false;
  const committed: number[] = [];
  const worker = async () => {
    while (!isOver) {
      const id = next++;
      const asked = db.begin(async (tx) => {
        await tx`insert into said values (${id}, 'one')`;
        await tx`select pg_sleep(0.002)`;
        await tx`update said set what = 'two' where id = ${id}`;
      });
      await asked.then(
        () => committed.push(id),
        () => undefined,
      );
      await db`select 1`.catch(() => undefined);
    }
  };
  const workers = Array.from({ length: 8 }, worker);
  try {
    for (let round = 0; round < 20; round += 1) {
      const before = committed.length;
      await killer`select count(pg_terminate_backend(pid)) from pg_stat_activity
        where datname = current_database() and application_name = 'whodunit'`;
      // A connection that is stuck would only be given up after ten seconds (connect_timeout).
      await eventually(() => committed.length >= before + 20, 9_000);
    }
  } finally {
    isOver = true;
    await Promise.all(workers);
  }
  const stored = await said();
  expect(committed.filter((id) => !stored.includes(id))).toEqual([]);
  const [half] = await killer`select count(*)::int as n from said where what = 'one'`;
  expect(half).toEqual({ n: 0 });
});
