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

export async function createDatabase(): Promise<TestDatabase> {
  const { adminUrl, template } = await databaseServer();
  return cloneDatabase(adminUrl, template);
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
