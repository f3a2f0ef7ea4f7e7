import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, test } from 'vitest';
import { episode, described, life, ns, init } from '../support/events.js';
import { eventually } from '../support/eventually.js';
import { enrollToken, machineId } from '../support/host.js';
import { enrollWithService, gqlAs, inState, job, request, requestJob, tokenFor, unit } from '../support/jobs.js';
import { requirePrerequisite } from '../support/prerequisite.js';
import { startRedis } from '../support/redis.js';
import { startStack, type Stack, type StackOptions } from '../support/stack.js';
import { startTestAgent, succeed, type TestAgent, type TestAgentOptions } from '../support/test-agent.js';

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function stackWith(options: StackOptions = { worker: true }): Promise<Stack> {
  const stack = await startStack(options);
  cleanups.push(() => stack.close());
  return stack;
}

async function agentOf(options: TestAgentOptions): Promise<TestAgent> {
  const agent = await startTestAgent(options);
  cleanups.push(() => agent.stop());
  return agent;
}

const kinds = (found: { trail: { kind: string }[] }) => found.trail.map(({ kind }) => kind);
const restart = { action: 'RESTART_SERVICE', unit };
const stored = async ({ sql }: Stack) => {
  const [row] =
    await sql`select (select count(*)::int from jobs) as jobs, (select count(*)::int from job_commands) as commands,
    (select count(*)::int from job_events) as events`;
  return row;
};

const canRedis = requirePrerequisite('redis-server');

describe.each(canRedis ? ['Postgres', 'Redis'] : ['Postgres'])('with the queue in %s', (where) => {
  const options = async (): Promise<StackOptions> => {
    if (where === 'Postgres') return { worker: true };
    const redis = await startRedis();
    cleanups.push(() => redis.stop());
    return { worker: true, queueUrl: redis.url };
  };

  test('a_request_is_signed_sent_accepted_and_done_with_facts_before_and_after', async () => {
    const stack = await stackWith(await options());
    const host = await enrollWithService(stack, 'web-1');
    const agent = await agentOf({ url: stack.url, host, act: succeed });
    const asked = await request(stack, { ...restart, host: 'web-1' });
    expect(asked).toMatchObject({ state: 'QUEUED', requestedBy: 'admin', approvalsNeeded: 0 });
    const done = await inState(stack, asked.id, 'SUCCEEDED');
    expect(done).toMatchObject({
      detail: 'done as asked',
      code: null,
      executions: [
        {
          host: { name: 'web-1' },
          state: 'SUCCEEDED',
          steps: [{ text: 'did it', ok: true }],
          before: [{ name: 'mainPid', value: '100' }],
          after: [
            { name: 'mainPid', value: '200' },
            { name: 'activeState', value: 'active' },
          ],
        },
      ],
    });
    expect(kinds(done)).toEqual(['requested', 'signed', 'sent', 'accepted', 'succeeded']);
    expect(agent.received).toMatchObject([
      {
        id: done.executions[0].id,
        job: asked.id,
        host: host.machineId,
        bootId: host.bootId,
        requestedBy: 'admin',
        approvedBy: [],
        action: { kind: 'RESTART_SERVICE', manager: 'systemd', service: unit },
      },
    ]);
    expect(agent.refused).toEqual([]);
    const actors =
      await stack.sql`select a.pid, a.start_ns, a.command_id from job_actors a join boots b on b.id = a.boot`;
    expect(actors).toMatchObject([{ pid: 300, command_id: done.executions[0].id }]);
  });

  test('what_is_risky_waits_for_somebody_else', async () => {
    const stack = await stackWith(await options());
    const host = await enrollWithService(stack, 'web-1');
    const agent = await agentOf({ url: stack.url, host, act: succeed });
    const [ann, bob] = [await tokenFor(stack, 'ann', 'approver'), await tokenFor(stack, 'bob', 'approver')];
    const asked = await request(stack, { action: 'REBOOT_HOST', host: 'web-1' }, ann);
    expect(asked).toMatchObject({ state: 'PENDING_APPROVAL', approvalsNeeded: 2, plan: { risk: 'DANGEROUS' } });

    const approve = 'mutation ($id: ID!, $digest: String) { approveJob(id: $id, planDigest: $digest) { state } }';
    const { id } = asked;
    expect((await gqlAs(stack, ann, approve, { id })).errors).toMatchObject([
      { extensions: { code: 'remediation/not-approved', objection: 'remedy/own-request' } },
    ]);
    expect((await gqlAs(stack, bob, approve, { id, digest: '0'.repeat(64) })).errors).toMatchObject([
      { extensions: { objection: 'remedy/other-plan' } },
    ]);
    expect((await gqlAs(stack, bob, approve, { id, digest: asked.plan.digest })).data).toEqual({
      approveJob: { state: 'PENDING_APPROVAL' },
    });
    expect((await gqlAs(stack, bob, approve, { id })).errors).toMatchObject([
      { extensions: { objection: 'remedy/approved-already' } },
    ]);
    expect(agent.received).toEqual([]);
    expect((await stack.gql(approve, { id })).data).toEqual({ approveJob: { state: 'QUEUED' } });
    const done = await inState(stack, id, 'SUCCEEDED');
    expect(done.approvals).toMatchObject([
      { approvedBy: 'bob', planDigest: asked.plan.digest },
      { approvedBy: 'admin', planDigest: asked.plan.digest },
    ]);
    expect(agent.received).toMatchObject([{ requestedBy: 'ann', approvedBy: ['bob', 'admin'] }]);
    expect(kinds(done)).toEqual([
      'requested',
      'approved',
      'approved',
      'queued',
      'signed',
      'sent',
      'accepted',
      'succeeded',
    ]);
  });
});

test('a_dry_run_shows_every_step_and_changes_nothing', async () => {
  const stack = await stackWith();
  const host = await enrollWithService(stack, 'web-1');
  const agent = await agentOf({ url: stack.url, host, act: succeed });
  const before = await stored(stack);
  const dry = await request(stack, { ...restart, host: 'web-1', dryRun: true });
  expect(dry).toMatchObject({
    state: 'QUEUED',
    objections: [],
    plan: {
      digest: expect.stringMatching(/^[0-9a-f]{64}$/),
      targets: [{ host: 'web-1', bootId: host.bootId, service: unit }],
    },
    executions: [],
    trail: [],
  });
  expect(dry.plan.targets[0].steps.length).toBeGreaterThan(0);
  const stop = { action: 'SIGNAL_PROCESS', host: 'web-1', pid: 1, signal: 9, dryRun: true };
  const objected = await request(stack, stop);
  expect(objected).toMatchObject({ state: 'REJECTED', plan: null });
  expect(objected.objections.length).toBeGreaterThan(0);
  expect(await job(stack, dry.id)).toBeNull();
  await sleep(300);
  expect(await stored(stack)).toEqual(before);
  expect(agent.received).toEqual([]);
});

test('a_name_that_two_hosts_share_is_refused_with_both_ids_and_an_id_is_taken', async () => {
  const stack = await stackWith();
  const first = await enrollWithService(stack, 'web-1');
  const enrolled = await stack.fetch('/v1/enroll', {
    method: 'POST',
    token: await enrollToken(stack),
    body: JSON.stringify({ machineId: machineId('imaged anew'), name: 'web-1' }),
  });
  const second = ((await enrolled.json()) as { hostId: string }).hostId;
  const before = await stored(stack);
  const asked = await stack.gql(requestJob, { input: { ...restart, host: 'web-1', reason: 'a test' } });
  expect(asked.errors).toMatchObject([
    {
      message: expect.stringMatching(
        `2 hosts are named "web-1": ${first.id} \\(heard .*\\), ${second} \\(never heard\\)`,
      ),
      extensions: { code: 'remediation/ambiguous-host', hostIds: [String(first.id), second] },
    },
  ]);
  const body = JSON.stringify({ ...restart, host: 'web-1', reason: 'a test', dryRun: true });
  expect((await stack.fetch('/v1/jobs', { method: 'POST', body })).status).toBe(409);
  expect(await stored(stack)).toEqual(before);

  const byId = (hostId: string | number) => request(stack, { ...restart, hostId, dryRun: true });
  expect((await byId(first.id)).plan.targets).toMatchObject([{ host: 'web-1', bootId: first.bootId, service: unit }]);
  expect((await byId(second)).objections).not.toEqual([]);
  await expect(byId(999_999)).rejects.toThrow('remediation/unknown-host');
  await expect(byId('web-1')).rejects.toThrow('remediation/bad-request');
  const both = request(stack, { ...restart, host: 'web-1', hostId: first.id });
  await expect(both).rejects.toThrow('Name one host by `host` or `hostId`');
});

test('what_is_to_be_done_is_frozen_on_one_life', async () => {
  const stack = await stackWith();
  const host = await enrollWithService(stack, 'web-1');
  const dry = await request(stack, { action: 'SIGNAL_PROCESS', signal: 15, host: 'web-1', pid: 200, dryRun: true });
  expect(dry.plan.targets).toMatchObject([
    { pid: 200, start: ns(200), cgroup: '/user.slice', bootId: host.bootId, signal: { name: 'SIGTERM' } },
  ]);
  await host.send([
    described(life(500), { comm: 'parent', parent: init, cgroup: '/user.slice' }),
    described(life(501), { comm: 'child', parent: life(500) }),
    episode(life(501), 'zombie', 600, { parent: life(500) }),
  ]);
  const zombies = await request(stack, { action: 'KILL_ZOMBIE_PARENT', host: 'web-1', pid: 500, dryRun: true });
  expect(zombies.plan.targets).toMatchObject([{ pid: 500, zombies: [501] }]);
});

test('what_manages_a_process_is_found_from_the_process_or_the_request_is_refused_with_a_reason', async () => {
  const stack = await stackWith({});
  const host = await enrollWithService(stack, 'web-1');
  const container = { id: 'c0ffee'.repeat(10), runtime: 'podman' };
  await host.send([
    described(life(300), { comm: 'nginx', parent: init, container, cgroup: `/libpod-${container.id}` }),
  ]);
  const asked = async (pid: number) => request(stack, { action: 'RESTART_SERVICE', host: 'web-1', pid, dryRun: true });
  expect((await asked(100)).plan.targets).toMatchObject([{ manager: 'SYSTEMD', service: unit }]);
  expect((await asked(300)).plan.targets).toMatchObject([{ manager: 'PODMAN', service: container.id }]);
  expect(await asked(200)).toMatchObject({ plan: null, objections: [{ code: 'remedy/no-service' }] });
});

test('the_same_key_is_one_job_however_often_and_however_asked', async () => {
  const stack = await stackWith();
  const host = await enrollWithService(stack, 'web-1');
  const agent = await agentOf({ url: stack.url, host, act: succeed });
  const body = JSON.stringify({ ...restart, host: 'web-1', reason: 'alert 7' });
  const ask = (text = body) =>
    stack.fetch('/v1/jobs', { method: 'POST', body: text, headers: { 'idempotency-key': 'alert-7' } });
  const replies = await Promise.all(Array.from({ length: 8 }, () => ask()));
  const jobs = (await Promise.all(replies.map((reply) => reply.json()))) as { id: string }[];
  expect(replies.map(({ status }) => status)).toEqual(Array(8).fill(201));
  expect(new Set(jobs.map(({ id }) => id)).size).toBe(1);
  await inState(stack, jobs[0]!.id, 'SUCCEEDED');
  const again = await request(stack, { ...restart, host: 'web-1', reason: 'alert 7', idempotencyKey: 'alert-7' });
  expect(again).toMatchObject({ id: jobs[0]!.id, state: 'SUCCEEDED' });
  const other = await ask(body.replace('alert 7', 'alert 8'));
  expect([other.status, await other.json()]).toMatchObject([409, { code: 'remediation/key-reused' }]);
  expect(await stored(stack)).toMatchObject({ jobs: 1, commands: 1 });
  expect(agent.received).toHaveLength(1);
  const shown = await stack.fetch(`/v1/jobs/${jobs[0]!.id}`);
  expect([shown.status, await shown.json()]).toMatchObject([200, { state: 'SUCCEEDED', reason: 'alert 7' }]);
});

test('a_job_can_be_cancelled_until_it_is_sent', async () => {
  const stack = await stackWith();
  const host = await enrollWithService(stack, 'web-1');
  const cancel = 'mutation ($id: ID!) { cancelJob(id: $id) { state code } }';
  const waiting = await request(stack, { ...restart, host: 'web-1' });
  await eventually(async () => (await job(stack, waiting.id)).executions[0].state === 'SIGNED');
  expect((await stack.gql(cancel, { id: waiting.id })).data).toEqual({
    cancelJob: { state: 'CANCELLED', code: 'remediation/cancelled' },
  });
  const agent = await agentOf({ url: stack.url, host });
  const second = await request(stack, { action: 'RESUME_PROCESS', host: 'web-1', pid: 200 });
  await inState(stack, second.id, 'SENT');
  expect((await stack.gql(cancel, { id: second.id })).errors).toMatchObject([
    { extensions: { code: 'remediation/too-late', state: 'SENT' } },
  ]);
  expect(agent.received.map(({ job: id }) => id)).toEqual([second.id]);
});

test('a_job_for_a_host_that_does_not_listen_waits_and_expires', async () => {
  const stack = await stackWith();
  await enrollWithService(stack, 'web-1');
  const asked = await request(stack, { ...restart, host: 'web-1' });
  await eventually(async () => (await job(stack, asked.id)).executions[0].state === 'SIGNED');
  expect(asked.plan.warnings.join()).toContain('offline');
  await stack.sql`update jobs set deadline = now() where id = ${asked.id}`;
  const over = await inState(stack, asked.id, 'EXPIRED');
  expect(over).toMatchObject({ code: 'remediation/expired', executions: [{ state: 'EXPIRED' }] });
  expect(kinds(over)).toEqual(['requested', 'signed', 'expired']);
});

test('a_host_that_comes_back_gets_what_waits_and_again_what_it_did_not_report_of', async () => {
  const stack = await stackWith();
  const host = await enrollWithService(stack, 'web-1');
  const asked = await request(stack, { ...restart, host: 'web-1' });
  await eventually(async () => (await job(stack, asked.id)).executions[0].state === 'SIGNED');
  const silent = await agentOf({ url: stack.url, host });
  await eventually(() => silent.received.length === 1);
  await silent.stop();
  const talking = await agentOf({ url: stack.url, host, act: succeed });
  const done = await inState(stack, asked.id, 'SUCCEEDED');
  expect(talking.received.map(({ id }) => id)).toEqual(silent.received.map(({ id }) => id));
  expect(kinds(done).filter((kind) => kind === 'sent')).toHaveLength(2);
  const third = await agentOf({ url: stack.url, host });
  await eventually(() => third.heartbeats > 0);
  await sleep(200);
  expect(third.received).toEqual([]);
});

test('what_the_database_could_not_give_out_reaches_its_host_a_little_later', async () => {
  const stack = await stackWith();
  const host = await enrollWithService(stack, 'web-1');
  await agentOf({ url: stack.url, host, act: succeed });
  await stack.sql`create function broken() returns trigger language plpgsql as $$ begin raise exception 'broken'; end $$`;
  await stack.sql`create trigger broken before update on job_commands for each row
    when (new.state = 'SENT') execute function broken()`;
  const { id } = await request(stack, { ...restart, host: 'web-1' });
  const isSigned = async () => (await stack.sql`select 1 from job_commands where state = 'SIGNED'`).length > 0;
  await eventually(isSigned);
  await sleep(500);
  expect(await isSigned()).toBe(true);
  await stack.sql`drop function broken cascade`;
  // With the next beat: limits.ts.
  await inState(stack, id, 'SUCCEEDED', 20_000);
});

test('what_was_sent_and_never_reported_of_ends_as_unknown_until_a_late_report', async () => {
  const stack = await stackWith();
  const host = await enrollWithService(stack, 'web-1');
  const agent = await agentOf({ url: stack.url, host });
  const asked = await request(stack, { ...restart, host: 'web-1' });
  await inState(stack, asked.id, 'SENT');
  await stack.sql`update job_commands set expires_at = now() - interval '2 minutes'`;
  const unknown = await inState(stack, asked.id, 'FAILED');
  expect(unknown).toMatchObject({ code: 'remediation/unknown', executions: [{ state: 'UNKNOWN' }] });
  await succeed(agent.received[0]!, agent);
  expect(await inState(stack, asked.id, 'SUCCEEDED')).toMatchObject({
    code: null,
    executions: [{ state: 'SUCCEEDED' }],
  });
});

test('what_the_agent_refuses_is_shown_with_its_reason_and_is_final', async () => {
  const stack = await stackWith();
  const host = await enrollWithService(stack, 'web-1');
  const agent = await agentOf({
    url: stack.url,
    host,
    act: async (command, self) => {
      const reply = await self.report(command, {
        state: 'REFUSED',
        code: 'command/other-process',
        detail: 'Another one.',
      });
      expect(reply.status).toBe(204);
    },
  });
  const asked = await request(stack, { ...restart, host: 'web-1' });
  const over = await inState(stack, asked.id, 'FAILED');
  expect(over).toMatchObject({
    code: 'command/other-process',
    detail: 'Another one.',
    executions: [{ state: 'REFUSED' }],
  });
  await succeed(agent.received[0]!, agent);
  expect((await job(stack, asked.id)).state).toBe('FAILED');
});

test('reports_are_of_ones_own_commands_and_may_come_twice', async () => {
  const stack = await stackWith();
  const host = await enrollWithService(stack, 'web-1');
  const other = await agentOf({ url: stack.url, host: await enrollWithService(stack, 'web-2') });
  const agent = await agentOf({ url: stack.url, host });
  const asked = await request(stack, { ...restart, host: 'web-1' });
  await inState(stack, asked.id, 'SENT');
  const [command] = agent.received;
  const foreign = await other.report(command!, { state: 'SUCCEEDED' });
  expect([foreign.status, await foreign.json()]).toMatchObject([404, { code: 'remediation/unknown-command' }]);
  for (let time = 0; time < 2; time++) {
    expect((await agent.report(command!, { state: 'ACCEPTED' })).status).toBe(204);
    expect((await agent.report(command!, { state: 'SUCCEEDED' })).status).toBe(204);
  }
  expect(kinds(await job(stack, asked.id))).toEqual(['requested', 'signed', 'sent', 'accepted', 'succeeded']);
  const bad = await agent.report(command!, { state: 'DONE' as never });
  expect([bad.status, await bad.json()]).toMatchObject([400, { code: 'remediation/bad-report' }]);
});

test('passive_mode_stops_signing_and_sending_and_lets_go_on_afterwards', async () => {
  const stack = await stackWith();
  const host = await enrollWithService(stack, 'web-1');
  await enrollWithService(stack, 'web-2');
  const resume = { action: 'RESUME_PROCESS', pid: 200 };
  const signed = await request(stack, { ...resume, host: 'web-1' });
  await eventually(async () => (await job(stack, signed.id)).executions[0].state === 'SIGNED');
  const set = 'mutation ($on: Boolean!) { setPassiveMode(on: $on, reason: "drill") { on by reason } }';
  const operator = await tokenFor(stack, 'op', 'operator');
  expect((await gqlAs(stack, operator, set, { on: true })).data).toEqual({
    setPassiveMode: { on: true, by: 'op', reason: 'drill' },
  });
  const agent = await agentOf({ url: stack.url, host, act: succeed });
  const refused = await stack.fetch('/v1/jobs', {
    method: 'POST',
    body: JSON.stringify({ ...resume, host: 'web-2', reason: 'x' }),
  });
  expect([refused.status, await refused.json()]).toMatchObject([
    422,
    { code: 'remediation/refused', objections: [{ code: 'remedy/passive' }] },
  ]);
  await sleep(500);
  expect(agent.received).toEqual([]);
  expect((await gqlAs(stack, operator, set, { on: false })).errors).toMatchObject([
    { extensions: { code: 'access/not-allowed' } },
  ]);
  expect((await stack.gql(set, { on: false })).data.setPassiveMode.on).toBe(false);
  await agent.stop();
  await agentOf({ url: stack.url, host, act: succeed });
  await inState(stack, signed.id, 'SUCCEEDED');
});

test('several_hosts_go_in_waves_and_stop_at_the_first_failure', async () => {
  const stack = await stackWith();
  const names = ['a', 'b', 'c', 'd', 'e', 'f'].map((letter) => `node-${letter}`);
  const agents: TestAgent[] = [];
  for (const name of names) {
    const host = await enrollWithService(stack, name);
    agents.push(
      await agentOf({
        url: stack.url,
        host,
        act: async (command, self) => {
          if (agents.filter(({ received }) => received.length > 0).length < 2) return succeed(command, self);
          await self.report(command, { state: 'FAILED', code: 'command/failed', detail: 'It did not come up.' });
        },
      }),
    );
  }
  const bob = await tokenFor(stack, 'bob', 'approver');
  const asked = await request(stack, { ...restart, selector: { name: 'node-' }, maxHosts: 6 });
  expect(asked).toMatchObject({ state: 'PENDING_APPROVAL', plan: { risk: 'RISKY' } });
  expect(asked.plan.targets.map(({ wave }: { wave: number }) => wave)[1]).toBe(1);
  await gqlAs(stack, bob, 'mutation ($id: ID!) { approveJob(id: $id) { state } }', { id: asked.id });
  const over = await inState(stack, asked.id, 'FAILED');
  const states = over.executions.map(({ state }: { state: string }) => state);
  expect(states).toEqual(['SUCCEEDED', 'FAILED', 'CANCELLED', 'CANCELLED', 'CANCELLED', 'CANCELLED']);
  expect(agents.filter(({ received }) => received.length > 0)).toHaveLength(2);
});

test('jobs_are_listed_in_pages_filtered_and_told_as_they_change', async () => {
  const stack = await stackWith();
  const host = await enrollWithService(stack, 'web-1');
  await agentOf({ url: stack.url, host: await enrollWithService(stack, 'web-2') });
  const subscription = stack.subscribe('subscription { jobs(filter: { host: "web-1" }) { action state } }');
  const first = subscription.next();
  const metrics = async () => (await stack.fetch('/metrics')).text();
  await eventually(async () => /^whodunit_job_subscribers 1$/m.test(await metrics()));
  await request(stack, { action: 'SET_OOM_SCORE_ADJ', host: 'web-2', pid: 100, oomScoreAdj: 5 });
  await agentOf({ url: stack.url, host, act: succeed });
  await request(stack, { ...restart, host: 'web-1' });
  const told = [(await first).value.data.jobs];
  while (told.at(-1).state !== 'SUCCEEDED') told.push((await subscription.next()).value.data.jobs);
  expect(told[0].action).toBe('RESTART_SERVICE');
  await subscription.dispose();
  await request(stack, { action: 'RESUME_PROCESS', host: 'web-2', pid: 200 });

  const list = `query ($filter: JobFilter, $first: Int, $after: String) { jobs(filter: $filter, first: $first, after: $after) {
    nodes { action } pageInfo { hasNextPage endCursor } } }`;
  const page = async (variables: object) => (await stack.gql(list, variables)).data.jobs;
  const one = await page({ first: 2 });
  expect(one).toMatchObject({ nodes: [{ action: 'RESUME_PROCESS' }, {}], pageInfo: { hasNextPage: true } });
  const two = await page({ first: 2, after: one.pageInfo.endCursor });
  expect([two.nodes.length, two.pageInfo.hasNextPage]).toEqual([1, false]);
  expect((await page({ filter: { action: ['RESUME_PROCESS'] } })).nodes).toHaveLength(1);
  expect((await page({ filter: { host: 'web-2' } })).nodes).toHaveLength(2);
  expect((await page({ filter: { state: ['SUCCEEDED'], requestedBy: 'admin' } })).nodes).toHaveLength(1);
});

test('an_agent_at_another_api_process_is_reached_too', async () => {
  const stack = await stackWith();
  const second = await stack.startSecondApi();
  const hosts = [await enrollWithService(stack, 'web-1'), await enrollWithService(stack, 'web-2')];
  const agents = [
    await agentOf({ url: stack.url, host: hosts[0]!, act: succeed }),
    await agentOf({ url: second.url, host: hosts[1]!, act: succeed }),
  ];
  await eventually(async () => (await stack.sql`select from command_streams`).length === 2);
  for (const name of ['web-1', 'web-2']) {
    const asked = await request(stack, { ...restart, host: name });
    await inState(stack, asked.id, 'SUCCEEDED');
  }
  expect(agents.map(({ received }) => received.length)).toEqual([1, 1]);
  // The process goes; its agent comes back to the other one.
  await second.close();
  await agents[1]!.closed;
  await agentOf({ url: stack.url, host: hosts[1]!, act: succeed });
  const asked = await request(stack, { action: 'RESUME_PROCESS', host: 'web-2', pid: 200 });
  await inState(stack, asked.id, 'SUCCEEDED');
});

test('the_stream_of_a_revoked_credential_is_closed', async () => {
  const stack = await stackWith();
  const agent = await agentOf({ url: stack.url, host: await enrollWithService(stack, 'web-1') });
  await enrollWithService(stack, 'web-1');
  await agent.closed;
});
