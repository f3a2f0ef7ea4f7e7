/** The worker is shot while it decides history again: the next one goes on where it was. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import postgres, { type Sql } from 'postgres';
import { afterEach, expect, test } from 'vitest';
import { createDatabase } from '../support/database.js';
import { eventually } from '../support/eventually.js';
import { countOutdated, olderEngine, recordVerdicts, savedVerdicts } from '../support/redecided.js';
import { stop } from '../support/system.js';

const many = 5_000;
const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function startWorker(databaseUrl: string): Promise<ChildProcess> {
  const env = { ...process.env, DATABASE_URL: databaseUrl, WHODUNIT_LOG_LEVEL: 'warn' };
  const stdio = ['ignore', 'inherit', 'inherit', 'ipc'] as const;
  const worker = spawn(process.execPath, [join(import.meta.dirname, '../../dist/worker.js')], {
    env,
    stdio: [...stdio],
  });
  cleanups.push(() => stop(worker, 'SIGKILL'));
  await once(worker, 'message');
  return worker;
}

/** Exits with status 3, decided by an older engine. */
async function fill(sql: Sql): Promise<void> {
  await sql`insert into hosts (machine_id, name) values (md5('box'), 'box')`;
  await sql`insert into boots (host_id, boot_id, booted_at) select id, gen_random_uuid(), now() from hosts`;
  await sql`insert into processes (boot, pid, start_ns, host_id, origin, seen_ns, comm, started_at)
    select b.id, n, n, b.host_id, 'exec', n, 'old', now() from boots b, generate_series(1, ${many}::int) n`;
  await sql`insert into deaths (boot, pid, start_ns, host_id, died_ns, died_at, exit_code, core_dumped, engine, cause, actor_kind, summary)
    select boot, pid, start_ns, host_id, 1000000 + pid, now() + pid * interval '1 ms', 3, false, ${olderEngine}::int, 'UNKNOWN', 'UNKNOWN', 'As before.'
    from processes`;
  await recordVerdicts(sql);
}

test('a_worker_killed_in_the_middle_loses_nothing_and_does_nothing_twice', async () => {
  const database = await createDatabase();
  cleanups.push(() => database.drop());
  const sql = postgres(database.url, { max: 2, onnotice: () => undefined });
  cleanups.push(() => sql.end({ timeout: 5 }));
  await fill(sql);

  // Once: its job is taken over only when the queue takes it for stalled, half a minute later.
  const worker = await startWorker(database.url);
  await eventually(async () => (await countOutdated(sql)) < many, 90_000);
  await stop(worker, 'SIGKILL');
  expect(await countOutdated(sql)).toBeGreaterThan(0);
  const middle = await savedVerdicts(sql);
  expect(middle).toEqual({ saved: many - (await countOutdated(sql)), deaths: middle.saved });

  await startWorker(database.url);
  await eventually(async () => (await countOutdated(sql)) === 0, 90_000);
  expect(await savedVerdicts(sql)).toEqual({ saved: many, deaths: many });
  expect(await sql`select distinct cause from deaths`).toEqual([{ cause: 'FAILED' }]);
}, 300_000);
