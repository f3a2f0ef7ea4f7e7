/** A database of the version before, with data in it, brought to this one: nothing of what was there is lost or changed. */
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import postgres, { type Sql } from 'postgres';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { applyMigrations } from '../../src/store/migrate.js';
import { createEmptyDatabase, type TestDatabase } from '../support/database.js';

const lives = '20261130190000_lives';
const migrations = resolve(import.meta.dirname, '../../prisma/migrations');
const log = () => undefined;

let database: TestDatabase;
let directory: string;
let sql: Sql;

beforeEach(async () => {
  database = await createEmptyDatabase();
  directory = await mkdtemp(join(tmpdir(), 'whodunit-upgrade-'));
  const older = (source: string) => !/\/(\d{14})_/.test(source) || /\/(\d{14}_\w+)/.exec(source)![1]! < lives;
  await cp(migrations, directory, { recursive: true, filter: older });
  await applyMigrations(database.url, { log, directory });
  sql = postgres(database.url, { max: 1, onnotice: () => undefined });
});
afterEach(async () => {
  await sql.end();
  await database.drop();
  await rm(directory, { recursive: true });
});

const processColumns = `boot, pid, start_ns, host_id, parent_pid, parent_start_ns, origin, comm, exe, args, args_cut, uid, user_name,
  login_uid, login_name, login_session, tty, cgroup, unit, container_id, container_runtime, container_pod, login_source, kernel_thread,
  started_at, ended_at`;
const deathColumns = `boot, pid, start_ns, host_id, died_ns, died_at, exit_code, signal, core_dumped, cpu_ns, peak_rss_bytes,
  reconstructed, engine, rule, cause, actor_kind, actor_pid, actor_start_ns, confidence, summary, summary_zh, evidence, decided_at`;

test('lives_and_deaths_of_the_version_before_are_shown_as_they_were', async () => {
  await sql`insert into hosts (machine_id, name) select n::text, 'host-' || n from generate_series(1, 3) n`;
  await sql`insert into boots (host_id, boot_id, booted_at)
    select id, gen_random_uuid(), case id when 3 then '1970-01-01' else now()::timestamptz(3) - interval '12 days' end from hosts`;
  await sql`insert into processes
      (boot, pid, start_ns, host_id, parent_pid, parent_start_ns, origin, seen_ns, exec_ns, comm, exe, args, args_cut, uid, user_name,
       login_uid, login_name, login_session, tty, cgroup, unit, container_id, login_source, started_at, ended_at)
    select b.id, n, n * 700000000001, b.host_id, nullif(n / 3, 0), case when n > 2 then n / 3 * 1000 end,
      (array['fork', 'exec', 'snapshot'])[n % 3 + 1], n * 700000000001 + 5, case when n % 2 = 0 then n * 700000000001 + 7 end, 'c' || n % 7,
      case when n % 5 > 0 then '/bin/c' || n % 7 end, case when n % 4 = 0 then '{}' else array['c', n % 9 || ' x', '']::text[] end,
      n % 11 = 0, n % 3, case when n % 3 > 0 then 'u' end, 1000, 'ann', n % 6, 'pts/1', '/a/' || n % 4, 'a' || n % 4 || '.service',
      case when n % 4 = 1 then 'abc' end, '10.0.0.1', b.booted_at + n * interval '700.0015 s',
      case when n % 3 > 0 then b.booted_at + n * interval '701 s' end
    from boots b, generate_series(1, 500) n`;
  await sql`insert into deaths
      (boot, pid, start_ns, host_id, died_ns, died_at, exit_code, signal, core_dumped, cpu_ns, peak_rss_bytes, reconstructed, engine, rule,
       cause, actor_kind, actor_pid, actor_start_ns, confidence, summary, evidence, decided_at)
    select boot, pid, start_ns, host_id, start_ns + 900, ended_at, case when pid % 2 = 0 then pid % 256 end, case when pid % 2 = 1 and pid % 5 > 0 then pid % 64 + 1 end,
      pid % 10 = 1, case when pid % 7 > 0 then pid end, case when pid % 7 > 1 then pid * 4096 end, pid % 50 = 0, case when pid % 8 > 0 then 5 end, 'r',
      case when pid % 8 > 0 then 'FAILED' end, 'SELF', 7, 9, 0.5, 'why', '[{"kind": "x"}]', now()
    from processes where pid % 3 = 1`;
  const before = await shown();
  const applied = await applyMigrations(database.url, { log });
  expect(applied[0]).toBe(lives);
  const after = await shown();
  expect(after.processes).toEqual(before.processes);
  // Verdicts that were not there are not there with their details either.
  expect(after.deaths).toEqual(
    before.deaths.map((death) =>
      death['engine'] === null
        ? { ...death, ...Object.fromEntries(verdictDetails.map((column) => [column, null])) }
        : death,
    ),
  );
  const places =
    await sql`select count(distinct tableoid)::int as partitions, count(*) filter (where tableoid = 'lives_other'::regclass)::int as other from lives`;
  expect(places[0]).toMatchObject({ other: 500, partitions: expect.any(Number) });
  expect(places[0]!['partitions']).toBeGreaterThan(4);
});

const verdictDetails = [
  'rule',
  'actor_kind',
  'actor_pid',
  'actor_start_ns',
  'confidence',
  'summary',
  'evidence',
  'decided_at',
];

async function shown() {
  const processes = await sql.unsafe(`select ${processColumns} from processes order by boot, pid`);
  const deaths = await sql.unsafe(`select ${deathColumns} from deaths order by boot, pid`);
  return { processes: [...processes], deaths: [...deaths] };
}
