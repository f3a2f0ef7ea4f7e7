/**
 * A database of the first release with history in it is brought to the present schema: what was known is still answered, verdicts that
 * were wanted are decided, and agents go on where they were.
 */
import { readdirSync } from 'node:fs';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { randomUUID } from 'node:crypto';
import { tmpdir } from 'node:os';
import path from 'node:path';
import postgres, { type Sql } from 'postgres';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { hashToken, newToken } from '../../src/platform/tokens.js';
import { applyMigrations } from '../../src/store/migrate.js';
import { createEmptyDatabase, type TestDatabase } from '../support/database.js';
import { bootedAt, described, exited, life, ns, wall } from '../support/events.js';
import { eventually } from '../support/eventually.js';
import { startStack, type Stack } from '../support/stack.js';

const migrations = path.resolve(import.meta.dirname, '../../prisma/migrations');
const log = () => undefined;
const credential = newToken('host');
const [epoch, bootId] = [randomUUID(), randomUUID()];

let database: TestDatabase;
let sql: Sql;
let stack: Stack;

beforeAll(async () => {
  database = await createEmptyDatabase();
  await applyFirstMigration();
  sql = postgres(database.url, { max: 1, onnotice: log });
  await fill();
  await sql.end();
  await applyMigrations(database.url, { log });
  stack = await startStack({ databaseUrl: database.url, worker: true });
}, 120_000);
afterAll(async () => {
  await stack?.close();
  await database?.drop();
});

async function applyFirstMigration(): Promise<void> {
  const directory = await mkdtemp(path.join(tmpdir(), 'whodunit-first-'));
  const [first] = readdirSync(migrations).sort();
  await cp(path.join(migrations, first!), path.join(directory, first!), { recursive: true });
  await applyMigrations(database.url, { log, directory });
  await rm(directory, { recursive: true });
}

/** Columns of the first release. A worker was killed and decided; its child ended and is not decided yet; one lives on. */
async function fill(): Promise<void> {
  await sql`insert into hosts (id, machine_id, name, rung, labels) values (1, ${'a'.repeat(32)}, 'of-old', 'ebpf', '{"role":"db"}')`;
  await sql`select setval('hosts_id_seq', 1)`;
  await sql`insert into host_credentials (host_id, hash) values (1, ${hashToken(credential)})`;
  await sql`insert into boots (id, host_id, boot_id, booted_at) values (1, 1, ${bootId}, ${bootedAt})`;
  await sql`select setval('boots_id_seq', 1)`;
  await sql`insert into ingest_cursors (host_id, epoch, committed) values (1, ${epoch}, 40)`;
  const processes = [
    { pid: 10, comm: 'bash', user: 'ann', end: null },
    { pid: 20, comm: 'worker', user: 'app', end: 500 },
    { pid: 30, comm: 'helper', user: 'app', end: 600 },
  ];
  for (const { pid, comm, user, end } of processes) {
    await sql`insert into processes (boot, pid, start_ns, host_id, parent_pid, parent_start_ns, origin, seen_ns, comm, exe, args, uid, user_name, started_at, ended_at)
      values (1, ${pid}, ${ns(pid)}, 1, 1, 0, 'exec', ${ns(pid)}, ${comm}, ${`/usr/bin/${comm}`}, ${[comm, '--old']}, 1000, ${user},
        ${wall(pid)}, ${end === null ? null : wall(end)})`;
  }
  await sql`insert into signals (boot, at_ns, at, signal, code, target_pid, target_start_ns, sender_pid, sender_start_ns, disposition, result)
    values (1, ${ns(500)}, ${wall(500)}, 9, 0, 20, ${ns(20)}, 10, ${ns(10)}, 'default', 'delivered')`;
  await sql`insert into deaths (boot, pid, start_ns, host_id, died_ns, died_at, signal, core_dumped, engine, rule, cause, actor_kind, actor_pid,
      actor_start_ns, confidence, summary, evidence, decided_at)
    values (1, 20, ${ns(20)}, 1, ${ns(500)}, ${wall(500)}, 9, false, 1, 'signaled', 'SIGNALED', 'PROCESS', 10, ${ns(10)}, 0.9, 'Killed.', '[]', ${wall(501)})`;
  await sql`insert into deaths (boot, pid, start_ns, host_id, died_ns, died_at, exit_code, core_dumped)
    values (1, 30, ${ns(30)}, 1, ${ns(600)}, ${wall(600)}, 3, false)`;
  await sql`insert into pending_verdicts values (1, 30, ${ns(30)})`;
  await sql`insert into losses (host_id, boot, since_ns, until_ns, since, until, cause, count)
    values (1, 1, ${ns(700)}, ${ns(800)}, ${wall(700)}, ${wall(800)}, 'ring-overrun', 7)`;
}

test('deaths_lineage_and_losses_of_the_first_release_are_answered', async () => {
  const { data, errors } = await stack.gql(`{
    whoKilled(host: "of-old", pid: 20) { diedAt signal { number } process { comm args user { name } }
      verdict { cause actor { process { pid comm args } } } }
    processes(filter: { host: "of-old" }) { nodes { pid comm endedAt signalsReceived { nodes { signal { number } } } } }
    hosts(filter: { labels: [{ key: "role", value: "db" }] }) { nodes { name } }
  }`);
  expect(errors).toBeUndefined();
  expect(data.whoKilled).toMatchObject({
    diedAt: wall(500),
    signal: { number: 9 },
    process: { comm: 'worker', args: ['worker', '--old'], user: { name: 'app' } },
    verdict: { cause: 'SIGNALED', actor: { process: { pid: 10, comm: 'bash', args: ['bash', '--old'] } } },
  });
  const byPid = (a: { pid: number }, b: { pid: number }) => a.pid - b.pid;
  expect(data.processes.nodes.toSorted(byPid)).toMatchObject([
    { pid: 10, comm: 'bash', endedAt: null },
    { pid: 20, comm: 'worker', endedAt: wall(500), signalsReceived: { nodes: [{ signal: { number: 9 } }] } },
    { pid: 30, comm: 'helper', endedAt: wall(600) },
  ]);
  expect(data.hosts.nodes).toEqual([{ name: 'of-old' }]);
});

test('a_verdict_that_was_wanted_then_is_decided_now', async () => {
  const ask = '{ whoKilled(host: "of-old", pid: 30) { exitCode verdict { cause } } }';
  await eventually(async () => (await stack.sql`select from pending_verdicts`).length === 0);
  expect((await stack.gql(ask)).data).toEqual({ whoKilled: { exitCode: 3, verdict: { cause: 'FAILED' } } });
});

test('an_agent_goes_on_with_its_credential_its_epoch_and_a_life_that_began_before', async () => {
  const post = (sequence: number) => {
    const events = [exited(life(10), 900), described(life(40)), exited(life(40), 950)];
    const body = JSON.stringify({ version: 1, epoch, sequence, bootId, bootedAt, events });
    return stack.fetch('/v1/batches', { method: 'POST', token: credential, body });
  };
  const gap = await post(50);
  expect([gap.status, ((await gap.json()) as { committed: number }).committed]).toEqual([409, 40]);
  expect(await (await post(41)).json()).toEqual({ epoch, committed: 43 });
  const { data } = await stack.gql(`{ whoKilled(host: "of-old", pid: 10) { process { comm args endedAt } } }`);
  expect(data.whoKilled.process).toEqual({ comm: 'bash', args: ['bash', '--old'], endedAt: wall(900) });
});
