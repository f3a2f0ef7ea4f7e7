/** What policies do: once for each death and episode, with all guards, whatever happens to the workers in between. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { described, episode, init, killing, life } from '../support/events.js';
import { enrollWithService, inState, request, unit } from '../support/jobs.js';
import {
  ago,
  hostWithDeadService,
  keepRedis,
  outcomes,
  policy,
  save,
  sent,
  serviceRun,
  workerParts,
  type WorkerParts,
} from '../support/policies.js';
import { startStack, type Stack } from '../support/stack.js';
import { startTestAgent, succeed } from '../support/test-agent.js';

let stack: Stack;
let workers: WorkerParts[];
let worker: WorkerParts;
beforeAll(async () => {
  stack = await startStack();
  workers = await Promise.all([1, 2, 3].map(() => workerParts(stack)));
  worker = workers[0]!;
});
afterAll(async () => {
  for (const one of workers) await one.close();
  await stack.close();
});
/** What one test did is no past of the next. */
beforeEach(() =>
  stack.sql
    .unsafe(
      `delete from job_actors; delete from job_commands; delete from jobs; delete from policies; delete from policy_turns;
      delete from escalations; delete from deaths; delete from episodes; delete from command_streams`,
    )
    .simple(),
);

const jobs = ({ sql }: Stack) => sql`select state, requested_by, code from jobs order by created_at`;
const escalations = ({ sql }: Stack) => sql`select policy, target, unit, text from escalations order by id`;
const arm = 'mutation ($armed: Boolean!) { armPolicy(name: "keep-redis", armed: $armed) { armed } }';

describe('a death', () => {
  test('becomes_one_job_of_the_policy_that_is_done_by_the_agent', async () => {
    await save(stack, keepRedis);
    const host = await hostWithDeadService(stack, 'web-1');
    const agent = await startTestAgent({ url: stack.url, host, act: succeed });
    await worker.decide();
    await worker.sweep();
    const [turn] = (await policy(stack, 'keep-redis')).turns;
    expect(turn).toMatchObject({
      outcome: 'ACTED',
      host: { name: 'web-1' },
      job: { requestedBy: 'policy:keep-redis' },
    });
    await worker.dispatch();
    const done = await inState(stack, turn.job.id, 'SUCCEEDED');
    expect(done).toMatchObject({ action: 'RESTART_SERVICE', approvalsNeeded: 0 });
    expect(done.reason).toContain('Policy keep-redis: redis-server');
    expect(done.trail[0]).toMatchObject({ kind: 'requested', actor: 'policy:keep-redis' });
    await agent.stop();
    expect(agent.received).toMatchObject([{ requestedBy: 'policy:keep-redis', action: { service: unit } }]);
    // Decided again, and looked at again, it is still the same death.
    await stack.sql`insert into pending_verdicts select boot, pid, start_ns from deaths`;
    await worker.decide();
    await worker.sweep();
    expect(await jobs(stack)).toHaveLength(1);
  });

  test('that_is_waited_for_or_answered_by_others_is_left_alone', async () => {
    await save(stack, keepRedis);
    await hostWithDeadService(stack, 'young', 2);
    const again = await hostWithDeadService(stack, 'again', 30);
    await sent(again, [serviceRun(life(310, ago(28)))]);
    await hostWithDeadService(stack, 'old', 2_000);
    const byHand = await enrollWithService(stack, 'by-hand');
    const at = ago(30);
    const person = { user: { uid: 1000, name: 'ann' }, session: 7 };
    await sent(
      byHand,
      killing(life(100), life(301, at - 5), at)
        .map((event) => {
          return event.kind === 'process' && event.pid !== 100 ? { ...event, login: person } : event;
        })
        .filter((event) => event.kind !== 'process' || event.pid !== 100),
    );
    await worker.decide();
    await worker.sweep();
    await worker.sweep();
    expect(await jobs(stack)).toEqual([]);
    // Only the young one is still to come.
    expect(await stack.sql`select outcome from policy_turns`).toEqual([{ outcome: null }]);
    await stack.sql`update policy_turns set due_at = now()`;
    await worker.sweep();
    expect(await stack.sql`select due_at > now() as waits from policy_turns`).toEqual([{ waits: true }]);
  });

  test('of_a_policy_that_is_not_armed_is_only_recorded', async () => {
    await save(stack, { ...keepRedis, armed: false, atMostPerHour: 1 });
    await hostWithDeadService(stack, 'web-1', 21);
    await hostWithDeadService(stack, 'web-2', 20);
    await worker.decide();
    await worker.sweep();
    await stack.gql(arm, { armed: true });
    await worker.sweep();
    expect(outcomes(await policy(stack, 'keep-redis'))).toEqual(['WOULD_ACT', 'WOULD_TELL']);
    expect(await jobs(stack)).toEqual([]);
    expect(await escalations(stack)).toEqual([]);
  });

  test('too_many_for_the_hour_are_told_to_people_once_each', async () => {
    await save(stack, { ...keepRedis, name: 'capped', atMostPerHour: 2 });
    for (const name of ['a', 'b', 'c', 'd']) await hostWithDeadService(stack, name);
    await worker.decide();
    for (let sweep = 0; sweep < 3; sweep++) await worker.sweep();
    const now = await policy(stack, 'capped');
    expect(outcomes(now)).toEqual(['ACTED', 'ACTED', 'TOLD', 'TOLD']);
    expect(now.turns.find(({ outcome }: { outcome: string }) => outcome === 'TOLD').code).toBe('remedy/policy-cap');
    const told = await escalations(stack);
    expect(told).toHaveLength(2);
    expect(told[0]).toMatchObject({ policy: 'capped', target: unit, unit });
    expect(told[0]!['text']).toContain('may at most 2');
    const inTrail = now.history.filter(({ kind }: { kind: string }) => kind === 'escalated');
    expect(inTrail.map(({ detail }: { detail: string }) => detail).toSorted()).toEqual(
      told.map(({ text }) => text).toSorted(),
    );
  });

  test('the_third_of_a_kind_trips_the_breaker', async () => {
    await save(stack, keepRedis);
    const host = await hostWithDeadService(stack, 'loop', 500);
    for (const pid of [102, 103]) {
      const startedAgo = pid === 102 ? 400 : 200;
      const [run, at] = [life(pid, ago(startedAgo)), ago(startedAgo - 100)];
      const [, ...kill] = killing(run, life(pid + 1_000, at - 5), at);
      await sent(host, [serviceRun(run), ...kill]);
    }
    await worker.decide();
    await worker.sweep();
    await worker.sweep();
    const now = await policy(stack, 'keep-redis');
    expect(now.turns).toMatchObject([{ outcome: 'TOLD', code: 'remedy/restart-loop' }]);
    expect(await escalations(stack)).toHaveLength(1);
    expect(await jobs(stack)).toEqual([]);
  });

  test('while_the_fleet_is_passive_waits_and_says_why', async () => {
    await save(stack, keepRedis);
    await hostWithDeadService(stack, 'web-1');
    await stack.gql('mutation { setPassiveMode(on: true, reason: "x") { on } }');
    await worker.decide();
    await worker.sweep();
    expect(await stack.sql`select outcome, code from policy_turns`).toEqual([
      { outcome: null, code: 'remedy/passive' },
    ]);
    await stack.gql('mutation { setPassiveMode(on: false, reason: "x") { on } }');
    await stack.sql`update policy_turns set due_at = now()`;
    await worker.sweep();
    expect(outcomes(await policy(stack, 'keep-redis'))).toEqual(['ACTED']);
  });

  test('of_a_policy_that_is_disarmed_before_the_signing_is_not_acted_on', async () => {
    await save(stack, keepRedis);
    await hostWithDeadService(stack, 'web-1');
    await worker.decide();
    await worker.sweep();
    await stack.gql(arm, { armed: false });
    await worker.dispatch();
    expect(await jobs(stack)).toMatchObject([{ state: 'REJECTED', code: 'remedy/policy-not-armed' }]);
  });
});

describe('an episode', () => {
  test('is_resumed_or_reaped_once_and_the_oldest_zombie_stands_for_all', async () => {
    const lasting = { lastedSecondsMin: 10 };
    await save(stack, {
      ...{ name: 'resume', armed: true, do: { action: 'RESUME_PROCESS' } },
      when: { episode: { state: 'STOPPED', ...lasting } },
    });
    await save(stack, {
      ...{ name: 'reap', armed: true, do: { action: 'KILL_ZOMBIE_PARENT' } },
      when: { episode: { state: 'ZOMBIE', zombiesMin: 3, ...lasting } },
    });
    const host = await enrollWithService(stack, 'web-1');
    const [parent, stopped] = [life(210, ago(500)), life(211, ago(500))];
    await sent(host, [
      described(parent, { parent: init, cgroup: '/a' }),
      described(stopped, { parent: init, cgroup: '/b' }),
      episode(stopped, 'stopped', ago(60), { signal: 19 }),
    ]);
    for (const pid of [501, 502, 503]) {
      const zombie = life(pid, ago(400));
      await sent(host, [described(zombie, { parent }), episode(zombie, 'zombie', ago(564 - pid), { parent })]);
    }
    for (let sweep = 0; sweep < 3; sweep++) await worker.sweep();
    expect(outcomes(await policy(stack, 'resume'))).toEqual(['ACTED']);
    expect(outcomes(await policy(stack, 'reap'))).toEqual(['ACTED']);
    expect(await stack.sql`select action from jobs order by action`).toEqual([
      { action: 'KILL_ZOMBIE_PARENT' },
      { action: 'RESUME_PROCESS' },
    ]);
    const [{ plan }] = (await stack.sql`select plan from jobs where action = 'KILL_ZOMBIE_PARENT'`) as [
      { plan: string },
    ];
    expect(JSON.parse(plan).targets[0].action.zombies).toHaveLength(3);
  });
});

describe('exactly once', () => {
  test('with_three_workers_at_once', async () => {
    await save(stack, { ...keepRedis, atMostPerHour: 60 });
    for (const name of ['a', 'b', 'c', 'd']) await hostWithDeadService(stack, name);
    await worker.decide();
    await Promise.all([...workers, ...workers, ...workers].map((one) => one.sweep()));
    await worker.sweep();
    expect(outcomes(await policy(stack, 'keep-redis'))).toEqual(['ACTED', 'ACTED', 'ACTED', 'ACTED']);
    expect(await jobs(stack)).toHaveLength(4);
  });

  test('also_where_the_lock_does_not_keep_them_apart', async () => {
    await save(stack, keepRedis);
    await hostWithDeadService(stack, 'web-1');
    await worker.decide();
    await stack.sql.unsafe(`create function slow() returns trigger language plpgsql as
      $$ begin perform pg_sleep(0.5); return new; end $$;
      create trigger slow before insert on job_commands for each row execute function slow()`);
    await Promise.all(workers.map((one) => one.sweepUnlocked()));
    await stack.sql.unsafe('drop trigger slow on job_commands');
    expect(await jobs(stack)).toHaveLength(1);
    expect(outcomes(await policy(stack, 'keep-redis'))).toEqual(['ACTED']);
  });

  test('when_the_storing_fails_in_between', async () => {
    await save(stack, keepRedis);
    await hostWithDeadService(stack, 'web-1');
    await worker.decide();
    await stack.sql
      .unsafe(`create function broken() returns trigger language plpgsql as $$ begin raise exception 'no'; end $$;
      create trigger broken before insert on job_events for each row execute function broken()`);
    await worker.sweep();
    expect(await jobs(stack)).toEqual([]);
    expect(await stack.sql`select outcome from policy_turns`).toEqual([{ outcome: null }]);
    await stack.sql.unsafe('drop trigger broken on job_events; update policy_turns set due_at = now()');
    await worker.sweep();
    expect(await jobs(stack)).toHaveLength(1);
    expect(outcomes(await policy(stack, 'keep-redis'))).toEqual(['ACTED']);
  });

  test('also_of_a_policy_that_was_deleted_and_made_again', async () => {
    await save(stack, keepRedis);
    await hostWithDeadService(stack, 'web-1');
    await worker.decide();
    await worker.sweep();
    await stack.gql('mutation { deletePolicy(name: "keep-redis") }');
    await stack.sql`delete from policy_turns`;
    await save(stack, keepRedis);
    await stack.sql`insert into pending_verdicts select boot, pid, start_ns from deaths`;
    await stack.sql`update deaths set summary = 'other'`;
    await worker.decide();
    await worker.sweep();
    expect(await jobs(stack)).toHaveLength(1);
  });
});

describe('rights on the database alone', () => {
  test.each([
    ['arm_a_policy', 'update policies set armed = true'],
    [
      'bring_back_an_armed_one',
      'update policies p set (body, armed, armed_by, version, updated_by, updated_at, seal) = (select body, armed, armed_by, version, updated_by, updated_at, seal from former)',
    ],
  ])('do_not_%s', async (_what, statement) => {
    await save(stack, keepRedis);
    await stack.sql.unsafe('drop table if exists former; create table former as select * from policies');
    await stack.gql(arm, { armed: false });
    await stack.sql.unsafe(statement);
    await hostWithDeadService(stack, 'web-1');
    await worker.decide();
    await worker.sweep();
    expect(await jobs(stack)).toEqual([]);
  });
});

describe('labels', () => {
  test('of_hosts_select_them_for_a_job_and_for_a_policy', async () => {
    await hostWithDeadService(stack, 'cache-1');
    await hostWithDeadService(stack, 'db-1');
    await stack.sql`update hosts set labels = '{"role": "cache"}' where name = 'cache-1'`;
    const labels = [{ key: 'role', value: 'cache' }];
    const asked = await request(stack, {
      action: 'RESTART_SERVICE',
      unit,
      dryRun: true,
      selector: { labels },
      maxHosts: 9,
    });
    expect(asked.plan.targets.map(({ host }: { host: string }) => host)).toEqual(['cache-1']);
    await save(stack, { ...keepRedis, where: { labels } });
    await worker.decide();
    await worker.sweep();
    const { turns } = await policy(stack, 'keep-redis');
    expect(turns).toMatchObject([{ outcome: 'ACTED', host: { name: 'cache-1' } }]);
  });
});
