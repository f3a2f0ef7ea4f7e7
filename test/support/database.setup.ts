/**
 * Vitest global setup: one Postgres for the run, with a migrated template database. TEST_DATABASE_URL (any database of
 * a server where we may create others) is used when given; otherwise an embedded one in a temporary directory.
 */
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { startPostgres } from '../../scripts/postgres.mjs';
import { applyMigrations } from '../../src/store/migrate.js';
import { cloneDatabase } from './database.js';

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const server = await openServer();
  try {
    const template = await cloneDatabase(server.adminUrl, 'template0');
    await applyMigrations(template.url, { log: () => undefined });
    const name = new URL(template.url).pathname.slice(1);
    project.provide('databaseServer', { adminUrl: server.adminUrl, template: name });
    return async () => {
      await template.drop();
      await server.close();
    };
  } catch (error) {
    await server.close();
    throw error;
  }
}

interface Server {
  readonly adminUrl: string;
  close(): Promise<void>;
}

async function openServer(): Promise<Server> {
  const given = process.env['TEST_DATABASE_URL'];
  if (given) return { adminUrl: given, close: async () => undefined };
  const directory = await mkdtemp(join(tmpdir(), 'whodunit-test-postgres-'));
  // Under root the server runs as another user, who has to get through to its own directory in here.
  await chmod(directory, 0o711);
  const postgres = await startPostgres({
    dataDir: directory,
    database: 'postgres',
    log: () => undefined,
    // Data of tests need not survive a power cut.
    settings: { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' },
  });
  return {
    adminUrl: postgres.url,
    close: async () => {
      await postgres.stop();
      await rm(dirname(postgres.dataDir), { recursive: true, force: true });
      await rm(directory, { recursive: true, force: true });
    },
  };
}
