import { appendFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { applyMigrations } from '../../src/store/migrate.js';
import { createEmptyDatabase, type TestDatabase } from '../support/database.js';

let database: TestDatabase;
let directory: string;
const log = () => undefined;

beforeEach(async () => {
  database = await createEmptyDatabase();
  directory = await mkdtemp(join(tmpdir(), 'whodunit-migrations-'));
  await writeMigration('20260101000000_one', 'CREATE TABLE one (id int PRIMARY KEY);');
  await writeMigration('20260102000000_two', 'CREATE TABLE two (id int, day date) PARTITION BY RANGE (day);');
});

afterEach(async () => {
  await database.drop();
  await rm(directory, { recursive: true });
});

test('applies_what_is_missing_in_order_and_nothing_the_second_time', async () => {
  expect(await migrate()).toEqual(['20260101000000_one', '20260102000000_two']);
  expect(await migrate()).toEqual([]);
  await writeMigration('20260103000000_three', 'CREATE TABLE three (id int);');
  expect(await migrate()).toEqual(['20260103000000_three']);
});

test('several_processes_may_start_at_once', async () => {
  const results = await Promise.all([migrate(), migrate(), migrate(), migrate()]);
  expect(results.filter((applied) => applied.length > 0)).toEqual([['20260101000000_one', '20260102000000_two']]);
});

test('a_failed_migration_leaves_nothing_and_stops_every_later_start_until_retried', async () => {
  await writeMigration('20260103000000_bad', 'CREATE TABLE half (id int); SELECT * FROM nowhere;');
  await expect(migrate()).rejects.toMatchObject({
    code: 'store/migration-failed',
    message: expect.stringMatching(/20260103000000_bad failed: .*nowhere/),
  });
  await expect(migrate()).rejects.toMatchObject({ code: 'store/migration-failed' });
  expect(await tableNames()).not.toContain('half');
  await writeMigration('20260103000000_bad', 'CREATE TABLE half (id int);');
  expect(await applyMigrations(database.url, { log, directory, retryFailed: true })).toEqual(['20260103000000_bad']);
});

test('semicolons_inside_functions_strings_and_comments_end_no_statement', async () => {
  await writeMigration(
    '20260103000000_function',
    `-- a comment; with one
     CREATE FUNCTION f() RETURNS text LANGUAGE plpgsql AS $$ BEGIN PERFORM 1; RETURN ';'; END; $$;`,
  );
  expect(await migrate()).toHaveLength(3);
});

test('an_edited_migration_is_refused_by_name', async () => {
  await migrate();
  await appendFile(join(directory, '20260101000000_one/migration.sql'), '\n-- edited');
  await expect(migrate()).rejects.toMatchObject({
    code: 'store/migration-edited',
    message: expect.stringContaining('20260101000000_one'),
  });
});

test('a_database_of_a_newer_version_is_refused', async () => {
  await migrate();
  await rm(join(directory, '20260102000000_two'), { recursive: true });
  await expect(migrate()).rejects.toMatchObject({ code: 'store/database-newer' });
});

test('an_unreachable_database_is_a_sentence', async () => {
  await expect(applyMigrations('postgresql://a:b@127.0.0.1:1/c', { log })).rejects.toMatchObject({
    code: 'store/database-unreachable',
  });
});

function migrate(): Promise<readonly string[]> {
  return applyMigrations(database.url, { log, directory });
}

async function writeMigration(name: string, sql: string): Promise<void> {
  await mkdir(join(directory, name), { recursive: true });
  await writeFile(join(directory, name, 'migration.sql'), sql);
}

async function tableNames(): Promise<readonly string[]> {
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  const { rows } = await client.query<{ name: string }>(
    "SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public'",
  );
  await client.end();
  return rows.map((row) => row.name);
}
