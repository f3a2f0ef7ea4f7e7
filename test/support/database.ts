/**
 * A fresh, migrated database of its own for a test file, on a real Postgres: cloned from a template that
 * database-server.ts migrated once for the whole run.
 */
import { randomUUID } from 'node:crypto';
import pg from 'pg';

export interface TestDatabase {
  readonly url: string;
  drop(): Promise<void>;
}

/** WHODUNIT_DROP_INDEX names an index that it then lacks, to see which tests miss it (indexes.int.spec.ts). */
export async function createDatabase(): Promise<TestDatabase> {
  const { adminUrl, template } = await databaseServer();
  const database = await cloneDatabase(adminUrl, template);
  const index = process.env['WHODUNIT_DROP_INDEX'];
  if (index) await execute(database.url, dropIndex(index));
  return database;
}

/** With the constraint that it backs. */
function dropIndex(name: string): string {
  return `do $$ declare of_table regclass; begin
    select conrelid::regclass into of_table from pg_constraint where conindid = '${name}'::regclass and contype in ('p', 'u', 'x');
    if of_table is null then drop index ${name}; else execute format('alter table %s drop constraint ${name} cascade', of_table); end if;
  end $$`;
}

/** An empty one, without a schema: for tests of the migrations themselves. */
export async function createEmptyDatabase(): Promise<TestDatabase> {
  return cloneDatabase((await databaseServer()).adminUrl, 'template0');
}

/** Vitest cannot be imported where it does not run: `npm run gallery` brings a database of its own. */
async function databaseServer() {
  const { inject } = await import('vitest');
  return inject('databaseServer');
}

export async function cloneDatabase(adminUrl: string, template: string): Promise<TestDatabase> {
  const name = `whodunit_test_${randomUUID().replaceAll('-', '')}`;
  await execute(adminUrl, `CREATE DATABASE ${name} TEMPLATE ${template}`);
  const url = new URL(adminUrl);
  url.pathname = `/${name}`;
  return { url: url.href, drop: () => execute(adminUrl, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`) };
}

async function execute(connectionString: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString, connectionTimeoutMillis: 10_000 });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}

declare module 'vitest' {
  interface ProvidedContext {
    databaseServer: { readonly adminUrl: string; readonly template: string };
  }
}
