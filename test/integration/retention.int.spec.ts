/** What was told and asked is kept for its time and no longer. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createLogger } from '../../src/platform/logger.js';
import { JobQueue } from '../../src/queue/job.queue.js';
import { RetentionStore } from '../../src/store/retention.store.js';
import { eventually } from '../support/eventually.js';
import { startStack, type Stack } from '../support/stack.js';

let stack: Stack;
const receiver = randomUUID();
const day = 86_400_000;
const keep = { incidentsMs: 365 * day, deliveriesMs: 90 * day, auditsMs: 90 * day };

beforeAll(async () => {
  stack = await startStack();
  await stack.sql`insert into receivers (id, name, kind, sealed, target, locale, enabled, per_minute, updated_at)
    values (${receiver}, 'kept', 'SLACK', '', '', 'EN', true, 1, now())`;
});
afterAll(() => stack?.close());

/** @param over days ago; null: it is open */
async function incident(name: string, openedDays: number, over: number | null, members = 1): Promise<void> {
  const { sql } = stack;
  await sql`insert into incidents (id, key, group_key, kind, state, severity, labels, count, hosts, opened_at, updated_at, resolved_at,
      latest_at, latest_ref, summary, summary_zh, evidence, loud, told_at, untold)
    values (md5(${name})::uuid, ${name}, ${name}, 'DEATH', ${over === null ? 'OPEN' : 'RESOLVED'}, 'ERROR', '{}', 1, 1,
      now() - ${openedDays} * interval '1 day', now(), ${over === null ? null : sql`now() - ${over} * interval '1 day'`}, now(), '1.2.3', '', '', '{}', true, now(), false)`;
  await sql`insert into incident_members (kind, ref, incident_id, host_id, at)
    select 'DEATH', ${name} || n, md5(${name})::uuid, 1, now() from generate_series(1, ${members}) n`;
  await sql`insert into notices (id, incident_id, at, change, body) values (gen_random_uuid(), md5(${name})::uuid, now(), 'OPENED', '{}')`;
}

async function delivery(of: string, ageDays: number, state: string, repeat = false): Promise<void> {
  const { sql } = stack;
  await sql`insert into deliveries (id, receiver_id, notice_id, position, incident_id, change, body, state, created_at, queued_at, next_at, repeat_at)
    values (gen_random_uuid(), ${receiver}, gen_random_uuid(), 1, md5(${of})::uuid, ${`${of} ${state} ${ageDays}`}, '{}', ${state},
      now() - ${ageDays} * interval '1 day', now(), now(), ${repeat ? sql`now()` : null})`;
  await sql`insert into delivery_attempts (receiver_id, message_id, at) values (${receiver}, gen_random_uuid(), now() - ${ageDays} * interval '1 day')`;
}

async function audit(name: string, createdDays: number, ended: number | null, findings: number): Promise<void> {
  const { sql } = stack;
  await sql`insert into audits (id, created_at, updated_at, expires_at, ended_at, state, name, requested_by, series, checks, long_lived_seconds)
    values (md5(${name})::uuid, now() - ${createdDays} * interval '1 day', now(), now(), ${ended === null ? null : sql`now() - ${ended} * interval '1 day'`},
      ${ended === null ? 'RUNNING' : 'COMPLETED'}, ${name}, 'ann', 'x', '{ZOMBIES}', 1)`;
  await sql`insert into audit_hosts (audit_id, host_id, state) select md5(${name})::uuid, id, 'ANSWERED' from hosts`;
  await sql`insert into audit_findings (audit_id, host_id, "check", severity, key, subject, facts)
    select md5(${name})::uuid, h.id, 'ZOMBIES', 'INFO', n::text, '{}', '{}' from hosts h, generate_series(1, ${findings}) n`;
}

/** @param ends days ago */
async function silence(name: string, ends: number): Promise<void> {
  await stack.sql`insert into silences (id, host, unit, exe, cause, labels, starts_at, ends_at, comment, created_by, created_at)
    values (gen_random_uuid(), '{}', '{}', '{}', '{}', '{}', now() - interval '500 days', now() - ${ends} * interval '1 day',
      ${name}, 'ann', now() - interval '500 days')`;
}

async function schedule(name: string, ended: number | null): Promise<void> {
  const { sql } = stack;
  await sql`insert into audit_schedules (id, created_at, created_by, every_hours, next_at, ended_at, input)
    values (gen_random_uuid(), now() - interval '500 days', ${name}, 24, now() + interval '1 day',
      ${ended === null ? null : sql`now() - ${ended} * interval '1 day'`}, '{}')`;
}

const names = async (rows: Promise<readonly { readonly name: string }[]>) =>
  (await rows).map(({ name }) => name).toSorted();
const one = async (rows: Promise<readonly { readonly n: number }[]>) => (await rows)[0]!.n;

test('what_is_over_for_long_is_forgotten_step_by_step_and_nothing_else', async () => {
  const { sql } = stack;
  await stack.enroll('a-host');
  await incident('over long ago', 500, 366, 12_000);
  await incident('over lately', 500, 364);
  await incident('open for ever', 500, null);
  await delivery('over lately', 91, 'DELIVERED');
  await delivery('over lately', 92, 'PENDING');
  await delivery('over lately', 93, 'DELIVERED', true);
  await delivery('over lately', 89, 'DEAD');
  await delivery('open for ever', 91, 'DELIVERED');
  await delivery('a test-fire', 91, 'DEAD');
  await audit('long ago', 91, 91, 6_000);
  await audit('running', 91, null, 1);
  await audit('lately', 91, 89, 1);
  await silence('ended long ago', 366);
  await silence('ended lately', 364);
  await silence('to come', -1);
  await schedule('ended long ago', 91);
  await schedule('ended lately', 89);
  await schedule('runs', null);

  const queue = new JobQueue(stack.env, createLogger(stack.env, 'test'));
  const worker = await stack.startWorker();
  await queue.wake('forget-old');
  await eventually(async () => (await one(sql`select count(*)::int as n from audit_schedules`)) === 2);
  await worker.close();
  await queue.onApplicationShutdown();

  expect(await names(sql`select key as name from incidents`)).toEqual(['open for ever', 'over lately']);
  expect(await one(sql`select count(*)::int as n from incident_members`)).toBe(2);
  expect(await one(sql`select count(*)::int as n from notices`)).toBe(2);
  expect(await names(sql`select change as name from deliveries`)).toEqual([
    'open for ever DELIVERED 91',
    'over lately DEAD 89',
    'over lately DELIVERED 93',
    'over lately PENDING 92',
  ]);
  expect(await one(sql`select count(*)::int as n from delivery_attempts`)).toBe(1);
  expect(await names(sql`select comment as name from silences`)).toEqual(['ended lately', 'to come']);
  expect(await names(sql`select name from audits`)).toEqual(['lately', 'running']);
  expect(await names(sql`select created_by as name from audit_schedules`)).toEqual(['ended lately', 'runs']);
  expect(await one(sql`select count(*)::int as n from audit_findings`)).toBe(2);
  expect(await one(sql`select count(*)::int as n from audit_hosts`)).toBe(2);
});

test('one_call_takes_so_much_and_the_rest_waits_for_the_next', async () => {
  const { sql } = stack;
  await sql`delete from incidents`;
  await incident('a flood', 500, 400, 11_000);
  const store = new RetentionStore(sql as never);
  await store.forget(keep, new Date(), 2);
  expect(await one(sql`select count(*)::int as n from incident_members`)).toBe(1_000);
  expect(await names(sql`select key as name from incidents`)).toEqual(['a flood']);
  await store.forget(keep, new Date(), 2);
  expect(await names(sql`select key as name from incidents`)).toEqual([]);
});
