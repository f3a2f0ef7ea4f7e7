/**
 * One Postgres for a run, with a migrated template database. TEST_DATABASE_URL (any database of a server where we may
 * create others) is used when given; otherwise an embedded one in a temporary directory.
 */
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { startPostgres } from '../../scripts/postgres.mjs';
import { applyMigrations } from '../../src/store/migrate.js';
import { cloneDatabase } from './database.js';
import { makeHistoryWritable } from './writable-history.js';

export interface DatabaseServer {
  readonly adminUrl: string;
  /** Name of the database that others are cloned from. */
  readonly template: string;
  close(): Promise<void>;
}

export async function startDatabaseServer(): Promise<DatabaseServer> {
  const server = await openServer();
  try {
    const template = await cloneDatabase(server.adminUrl, 'template0');
    await applyMigrations(template.url, { log: () => undefined });
    await makeHistoryWritable(template.url);
    return {
      adminUrl: server.adminUrl,
      template: new URL(template.url).pathname.slice(1),
      async close() {
        await template.drop();
        await server.close();
      },
    };
  } catch (error) {
    await server.close();
    throw error;
  }
}

async function openServer(): Promise<Omit<DatabaseServer, 'template'>> {
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
