/**
 * An index that no plan test wants could be dropped, and nobody would notice but those who wait for an answer. So every index that
 * is there for speed is named by a plan test, or stands here. That a test fails without its index is seen by
 * `WHODUNIT_DROP_INDEX=NAME npx vitest run --project integration query-plans`. Those that back a constraint are missed by other tests.
 */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import postgres, { type Sql } from 'postgres';
import { createDatabase, type TestDatabase } from '../support/database.js';

/** What asks by them, where that is no file of prisma/sql with a plan test. */
const otherwise: Readonly<Record<string, string>> = {
  audits_by_series: 'the last run of a series, src/store/audit.store.ts',
  boots_host_id_booted_at_id_idx: 'boots of a host: a host has so few that the planner sorts them',
  deliveries_by_message: 'deliveries of one message, src/store/delivery.store.ts',
  delivery_attempts_by_message: 'attempts of one message, src/store/delivery.store.ts',
  escalations_by_host: 'escalations of a host, through Prisma',
  host_credentials_host_id_idx: 'credentials of a host, through Prisma',
  hosts_name_idx: 'a host by its name, through Prisma',
  incident_members_silent: 'silences of a host, among few incidents',
  incidents_by_host: 'incidents of a host, one of many filters of a page',
  job_commands_by_host: 'commands of a host, one of many filters of a page',
  routes_position_idx: 'routes in order: as many as people write down',
  unknown_events_host_id_kind_idx: 'for whoever looks into the table by hand',
};

let database: TestDatabase;
let sql: Sql;
beforeAll(async () => {
  database = await createDatabase();
  sql = postgres(database.url, { max: 1 });
});
afterAll(async () => {
  await sql.end();
  await database.drop();
});

test('every_index_is_wanted_by_a_plan_test_or_has_a_reason', async () => {
  const specs = readdirSync(import.meta.dirname).filter((file) => file.startsWith('query-plans'));
  const text = specs.map((file) => readFileSync(path.join(import.meta.dirname, file), 'utf8')).join('\n');
  // Of partitioned tables the index that all partitions have; not those of the queue.
  const indexes = await sql<{ name: string }[]>`select c.relname as name from pg_class c
      join pg_index i on i.indexrelid = c.oid
    where not i.indisunique and not c.relispartition and c.relnamespace = 'public'::regnamespace order by 1`;
  const names = indexes.map(({ name }) => name);
  const isNamed = (name: string) => new RegExp(`'${name}'`).test(text);
  expect(names.filter((name) => !isNamed(name) && !(name in otherwise))).toEqual([]);
  expect(Object.keys(otherwise).filter((name) => isNamed(name) || !names.includes(name))).toEqual([]);
});
