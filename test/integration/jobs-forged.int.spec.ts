/** Somebody has all rights on the database, and nothing else: nothing is executed, and every trace of it is found. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { readAnchors } from '../../src/remediation/anchor.service.js';
import { TrailStore } from '../../src/store/trail.store.js';
import { eventually } from '../support/eventually.js';
import { enrollWithService, inState, job, request, tokenFor, gqlAs, unit } from '../support/jobs.js';
import { startStack, type Stack } from '../support/stack.js';
import { startTestAgent, succeed } from '../support/test-agent.js';

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function scene() {
  const stack = await startStack({ worker: true });
  cleanups.push(() => stack.close());
  const host = await enrollWithService(stack, 'web-1');
  const agent = await startTestAgent({ url: stack.url, host, act: succeed });
  cleanups.push(() => agent.stop());
  return { stack, host, agent };
}

const restart = { action: 'RESTART_SERVICE', host: 'web-1', unit };
const reboot = { action: 'REBOOT_HOST', host: 'web-1' };

const forgeries: readonly [what: string, forge: (stack: Stack, id: string) => Promise<unknown>][] = [
  ['queued without approvals', ({ sql }, id) => sql`update jobs set state = 'QUEUED' where id = ${id}`],
  [
    'fewer approvals needed',
    ({ sql }, id) => sql`update jobs set state = 'QUEUED', approvals_needed = 0 where id = ${id}`,
  ],
  [
    'another plan',
    ({ sql }, id) =>
      sql`update jobs set state = 'QUEUED', plan = replace(plan, '"approvals":2', '"approvals":0') where id = ${id}`,
  ],
  [
    'another plan with its digest',
    ({ sql }, id) => sql`update jobs set state = 'QUEUED', plan = replace(plan, '"approvals":2', '"approvals":0'),
      plan_digest = sha256(convert_to(replace(plan, '"approvals":2', '"approvals":0'), 'UTF8')) where id = ${id}`,
  ],
  [
    'approvals of nobody',
    async ({ sql }, id) => {
      for (const name of ['bob', 'eve'])
        await sql`insert into job_approvals select id, ${name}, 'admin', plan_digest, now(), seal from jobs where id = ${id}`;
      await sql`update jobs set state = 'QUEUED' where id = ${id}`;
    },
  ],
  [
    'a later deadline',
    ({ sql }, id) => sql`update jobs set state = 'QUEUED', deadline = deadline + interval '1 day' where id = ${id}`,
  ],
  [
    'another requester, who could approve',
    ({ sql }, id) => sql`update jobs set state = 'QUEUED', requested_by = 'mallory' where id = ${id}`,
  ],
];

test.each(forgeries)('a_job_that_is_forged_is_never_signed: %s', async (_what, forge) => {
  const { stack, agent } = await scene();
  const asked = await request(stack, reboot);
  expect(asked.state).toBe('PENDING_APPROVAL');
  await forge(stack, asked.id);
  const over = await inState(stack, asked.id, 'REJECTED');
  expect(over.code).toMatch(/^remediation\/(forged|not-approved)$/);
  expect(over.executions[0].state).toBe('CANCELLED');
  expect(agent.received).toEqual([]);
});

test('a_job_that_was_made_up_is_never_signed', async () => {
  const { stack, agent } = await scene();
  const done = await request(stack, restart);
  await inState(stack, done.id, 'SUCCEEDED');
  const { sql } = stack;
  // All of a real one, under another id.
  const made = '11111111-1111-4111-8111-111111111111';
  await sql`insert into jobs select (jsonb_populate_record(j, jsonb_build_object('id', ${made}::text, 'state', 'QUEUED', 'ended_at', null,
    'deadline', now() + interval '5 minutes'))).* from jobs j where id = ${done.id}`;
  await sql`insert into job_commands select (jsonb_populate_record(c, jsonb_build_object('id', ${made}::text, 'job_id', ${made}::text,
    'state', 'WAITING', 'ended_at', null, 'envelope', null, 'expires_at', now() + interval '5 minutes'))).* from job_commands c`;
  expect(await inState(stack, made, 'REJECTED')).toMatchObject({ code: 'remediation/forged' });
  expect(agent.received).toHaveLength(1);
});

test('a_job_that_is_over_is_not_brought_back', async () => {
  const { stack, agent } = await scene();
  await agent.stop();
  await eventually(async () => (await stack.sql`select from command_streams`).length === 0);
  const asked = await request(stack, restart);
  await stack.gql(`mutation { cancelJob(id: "${asked.id}") { id } }`);
  await stack.sql`update job_commands set state = 'WAITING', ended_at = null, envelope = null`;
  await stack.sql`update jobs set state = 'QUEUED', ended_at = null`;
  const over = await inState(stack, asked.id, 'REJECTED');
  expect(over).toMatchObject({ code: 'remediation/forged' });
});

test('a_command_that_was_done_and_is_signed_again_is_the_same_command', async () => {
  const { stack, agent } = await scene();
  const asked = await request(stack, restart);
  await inState(stack, asked.id, 'SUCCEEDED');
  await stack.sql`update job_commands set state = 'WAITING', ended_at = null, envelope = null`;
  await stack.sql`update jobs set state = 'QUEUED', ended_at = null`;
  await eventually(async () => (await job(stack, asked.id)).state !== 'QUEUED');
  expect(new Set(agent.received.map(({ id }) => id)).size).toBe(1);
});

test('an_envelope_that_was_made_up_is_refused_by_the_agent', async () => {
  const { stack, agent } = await scene();
  await agent.stop();
  await eventually(async () => (await stack.sql`select from command_streams`).length === 0);
  const asked = await request(stack, restart);
  await eventually(async () => (await job(stack, asked.id)).executions[0].state === 'SIGNED');
  const [row] = await stack.sql`select envelope from job_commands`;
  const envelope = JSON.parse(row!.envelope as string) as { payload: string };
  const payload = Buffer.from(envelope.payload, 'base64').toString().replace(unit, 'other.service');
  const forged = JSON.stringify({ ...envelope, payload: Buffer.from(payload).toString('base64') });
  await stack.sql`update job_commands set envelope = ${forged}`;
  const reader = await startTestAgent({ url: stack.url, host: await sceneHost(stack), act: succeed });
  cleanups.push(() => reader.stop());
  await eventually(() => reader.refused.length === 1);
  expect(reader.received).toEqual([]);
});

/** Enrolled again: the same host, with a credential of its own. */
const sceneHost = (stack: Stack) => stack.enroll('web-1');

test('a_key_that_was_put_into_the_database_is_given_to_no_host', async () => {
  const { stack, host } = await scene();
  await stack.sql`insert into signing_keys select 'ffff', decode(repeat('ab', 32), 'hex'), now() + interval '1 hour', seal from signing_keys`;
  expect((await stack.enroll('web-9')).commandKey).toBe(host.commandKey);
});

test('the_trail_is_whole_and_every_tampering_is_found', async () => {
  const { stack } = await scene();
  const bob = await tokenFor(stack, 'bob', 'approver');
  const risky = await request(stack, reboot);
  await gqlAs(stack, bob, `mutation { approveJob(id: "${risky.id}") { id } }`);
  for (let n = 0; n < 3; n++) {
    const asked = await request(stack, {
      action: 'SET_OOM_SCORE_ADJ',
      host: 'web-1',
      pid: 200,
      oomScoreAdj: n,
      dryRun: false,
    }).catch(() => null);
    if (asked) await inState(stack, asked.id, 'SUCCEEDED');
  }
  const { sql } = stack;
  const second = await stack.startSecondApi();
  const trail = second.app.get(TrailStore);
  const verify = async () => (await trail.verify(await readAnchors(stack.env.stateDir))).troubles;
  expect(await verify()).toEqual([]);
  expect((await trail.verify([])).rows).toBeGreaterThan(5);

  // Nobody changes rows by accident.
  for (const change of [
    sql`update job_events set detail = 'x'`,
    sql`delete from job_events`,
    sql`truncate job_events`,
    sql`delete from job_approvals`,
  ])
    await expect(change).rejects.toThrow(/only ever added/);

  // Whoever drops the trigger does.
  await sql`alter table job_events disable trigger all`;
  const [row] = await sql`select chain, number from job_events e where exists (
    select from job_events f where f.chain = e.chain and f.number > e.number) order by chain, number limit 1`;
  const { chain, number } = row!;
  const tampering: readonly (() => Promise<unknown>)[] = [
    () => sql`update job_events set detail = detail || '.' where chain = ${chain} and number = ${number}`,
    () => sql`update job_events set actor = 'bob' where chain = ${chain} and number = ${number}`,
    () => sql`update job_events set at = at + interval '1 ms' where chain = ${chain} and number = ${number}`,
    () => sql`delete from job_events where chain = ${chain} and number = ${number}`,
    () =>
      sql`delete from job_events where chain = ${chain} and number = (select max(number) from job_events where chain = ${chain})`,
    async () => {
      await sql`update job_events set number = number + 1000 where chain = ${chain} and number in (${number}, ${number}::bigint + 1)`;
      await sql`update job_events set number = ${number}::bigint + 1 where chain = ${chain} and number = ${number}::bigint + 1000`;
      await sql`update job_events set number = ${number} where chain = ${chain} and number = ${number}::bigint + 1001`;
    },
    () => sql`insert into job_events select chain, (select max(number) + 1 from job_events where chain = ${chain}), job_id, at, kind, actor,
      detail, hash from job_events where chain = ${chain} and number = ${number}`,
    () => sql`delete from trail_heads where chain = ${chain}`,
  ];
  await sql`create table kept as select * from job_events`;
  await sql`create table kept_heads as select * from trail_heads`;
  for (const tamper of tampering) {
    await tamper();
    // By the chains alone: whether the worker has kept an anchor by now depends on how long this takes.
    const { troubles } = await trail.verify([]);
    if (!tamper.toString().includes('insert into'))
      expect([tamper.toString(), troubles.length]).toEqual([tamper.toString(), 1]);
    else expect(troubles.length).toBeGreaterThan(0);
    await sql`delete from job_events`;
    await sql`delete from trail_heads`;
    await sql`insert into job_events select * from kept`;
    await sql`insert into trail_heads select * from kept_heads`;
    expect(await verify()).toEqual([]);
  }

  // Even the end with its head, once the worker has kept an anchor.
  await eventually(
    async () => (await readFile(join(stack.env.stateDir, 'trail-anchors'), 'utf8').catch(() => '')) !== '',
  );
  const anchored = (await readAnchors(stack.env.stateDir))[0]!;
  await sql`delete from job_events where chain = ${anchored.chain} and number >= ${String(anchored.number)}`;
  await sql`update trail_heads h set number = ${String(anchored.number - 1n)}, hash = coalesce((select hash from job_events e where e.chain = h.chain
    and e.number = ${String(anchored.number - 1n)}), decode(repeat('00', 32), 'hex')) where chain = ${anchored.chain}`;
  expect(await verify()).toMatchObject([expect.stringContaining('missing at its end')]);
}, 60_000);
