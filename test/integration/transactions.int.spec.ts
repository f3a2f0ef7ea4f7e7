/**
 * Transactions and statements that come at the same moment, as they do when a fleet answers: postgres.js sends BEGIN behind other
 * statements of a connection, and where their line is full it does not keep that connection for it.
 */
import postgres, { type Sql } from 'postgres';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { connectPostgres, type Db } from '../../src/store/postgres.js';
import { createDatabase, type TestDatabase } from '../support/database.js';

let database: TestDatabase;
let looker: Sql;
let db: Db;
beforeAll(async () => {
  database = await createDatabase();
  looker = postgres(database.url, { max: 1, onnotice: () => undefined });
  await looker`create table said (id int primary key)`;
  db = connectPostgres(database.url, 2);
});
afterAll(async () => {
  await db?.end({ timeout: 1 });
  await looker.end();
  await database.drop();
});

test('a_transaction_behind_as_many_statements_as_a_line_takes_has_its_connection_to_itself', async () => {
  let next = 0;
  // The driver sends a hundred ahead on each connection; around that many, a BEGIN is the last that fits somewhere.
  for (let ahead = 190; ahead < 210; ahead += 1) {
    await Promise.all([db`select 1`, db`select 1`]);
    const statements = Array.from({ length: ahead }, () => db`select 1`.execute());
    const [first, second] = [next++, next++];
    const transaction = db.begin((tx) => tx`insert into said values (${first})`);
    await Promise.all([...statements, transaction]);
    await db`insert into said values (${second})`;
  }
  const [stored] = await looker`select count(*)::int as n from said`;
  expect(stored).toEqual({ n: next });
  const left = await looker`select query from pg_stat_activity
    where datname = current_database() and application_name = 'whodunit' and state like 'idle in transaction%'`;
  expect([...left]).toEqual([]);
});
