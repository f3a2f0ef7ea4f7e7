/** Backup and restore as docs/operations.md says for embedded Postgres: a copy of the stopped database and of the keys. */
import { execFile } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startPostgres } from '../../scripts/postgres.mjs';
import { startApi, type Api } from '../../src/edge/api.js';
import { readEnv } from '../../src/platform/env.js';
import { createLogger } from '../../src/platform/logger.js';
import { applyMigrations } from '../../src/store/migrate.js';
import { startWorker } from '../../src/worker.module.js';
import { killing, life } from '../support/events.js';
import { eventually } from '../support/eventually.js';
import { enrollHost } from '../support/host.js';

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'whodunit-backup-'));
  await chmod(directory, 0o711);
});
afterAll(() => rm(directory, { recursive: true, force: true }));

interface Installation {
  fetch(where: string, init?: RequestInit & { token?: string | null }): Promise<Response>;
  gql(query: string): Promise<unknown>;
  close(): Promise<void>;
}

const postgresIn = (name: string) => path.join(directory, name, 'postgres');

/** What `npm start` starts, without the agent. */
async function start(name: string): Promise<Installation> {
  // Under root Postgres runs as another user, who has to get in; else its data would be below /var/lib.
  await mkdir(postgresIn(name), { recursive: true });
  await chmod(postgresIn(name), 0o711);
  const postgres = await startPostgres({ dataDir: postgresIn(name), log: () => undefined });
  await applyMigrations(postgres.url, { log: () => undefined });
  const stateDir = path.join(directory, name, 'state');
  const env = readEnv({
    DATABASE_URL: postgres.url,
    PORT: '0',
    WHODUNIT_STATE_DIR: stateDir,
    WHODUNIT_LOG_LEVEL: 'silent',
  });
  const logger = createLogger(env, 'test');
  const api: Api = await startApi(env, logger);
  const worker = await startWorker(env, logger);
  const admin = (await readFile(path.join(stateDir, 'admin-token'), 'utf8')).trim();
  const ask: Installation['fetch'] = (where, { token = admin, headers, ...init } = {}) =>
    fetch(`${api.url}${where}`, {
      ...init,
      headers: {
        ...(init.body ? { 'content-type': 'application/json' } : {}),
        authorization: `Bearer ${token}`,
        ...headers,
      },
    });
  return {
    fetch: ask,
    gql: async (query) => (await ask('/graphql', { method: 'POST', body: JSON.stringify({ query }) })).json(),
    close: async () => {
      await worker.close();
      await api.close();
      await postgres.stop();
    },
  };
}

test('what_was_copied_answers_as_before_and_takes_what_agents_still_have', async () => {
  const before = await start('one');
  const host = await enrollHost(before, 'box');
  await host.send(killing(life(100), life(200), 10_000));
  const query =
    '{ whoKilled(host: "box", pid: 100) { id verdict { cause summary } } deathCounts(groupBy: [CAUSE]) { cause count } }';
  await eventually(async () => JSON.stringify(await before.gql(query)).includes('"count":1'), 30_000);
  const answer = await before.gql(query);
  await before.close();
  // Owners and all.
  await promisify(execFile)('cp', ['-a', path.join(directory, 'one'), path.join(directory, 'two')]);
  await rm(path.join(directory, 'one'), { recursive: true });

  const after = await start('two');
  try {
    expect(await after.gql(query)).toEqual(answer);
    // With the credential that it had, and the numbers that it was at.
    const batch = host.batch(killing(life(300), life(400), 20_000));
    const reply = await after.fetch('/v1/batches', {
      method: 'POST',
      token: host.credential,
      body: JSON.stringify(batch),
    });
    expect(reply.status).toBe(200);
  } finally {
    await after.close();
  }
}, 120_000);
