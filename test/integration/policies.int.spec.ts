/** Policies as people see them: kept, checked, armed, tried out; and who may do what. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Seal } from '../../src/platform/seal.js';
import { connectPostgres } from '../../src/store/postgres.js';
import { TrailStore } from '../../src/store/trail.store.js';
import { episode, life, ended, described, init } from '../support/events.js';
import { enrollWithService, gqlAs, tokenFor } from '../support/jobs.js';
import {
  ago,
  hostWithDeadService,
  keepRedis,
  policy,
  save,
  savePolicy,
  sent,
  workerParts,
} from '../support/policies.js';
import { startStack, type Stack } from '../support/stack.js';

let stack: Stack;
beforeAll(async () => {
  stack = await startStack();
});
afterAll(() => stack.close());

const arm =
  'mutation ($name: String!, $armed: Boolean!) { armPolicy(name: $name, armed: $armed) { armed armedBy version } }';
const remove = 'mutation ($name: String!) { deletePolicy(name: $name) }';
const stored =
  () => stack.sql`select (select count(*) from policies) as policies, (select count(*) from policy_turns) as turns,
  (select count(*) from jobs) as jobs, (select count(*) from job_events) as events`;

describe('a policy', () => {
  test('is_kept_with_its_defaults_and_every_change_is_in_the_trail', async () => {
    const { when } = keepRedis;
    const where = { host: ['web-*'], labels: [{ key: 'role', value: 'db' }] };
    const first = await save(stack, { name: 'kept', when, where, do: keepRedis.do });
    expect(first).toMatchObject({
      ...{ armed: false, armedBy: null, version: 1, updatedBy: 'admin', atMostPerHour: 3, where, turns: [] },
      when: { death: { cause: ['SIGNALED'], actor: null, restart: 'NONE', livedSecondsMin: 0 }, episode: null },
    });
    expect((await stack.gql(arm, { name: 'kept', armed: true })).data.armPolicy).toEqual({
      ...{ armed: true, armedBy: 'admin', version: 2 },
    });
    // Once more is no change.
    expect((await stack.gql(arm, { name: 'kept', armed: true })).data.armPolicy.version).toBe(2);
    await stack.gql(arm, { name: 'kept', armed: false });
    await save(stack, { name: 'kept', when, do: keepRedis.do, atMostPerHour: 1 });
    const now = await policy(stack, 'kept');
    expect(now).toMatchObject({ version: 4, armed: false, atMostPerHour: 1, where: { host: null, labels: null } });
    const kinds = ['policy-saved', 'policy-disarmed', 'policy-armed', 'policy-saved'];
    expect(now.history.map(({ kind }: { kind: string }) => kind)).toEqual(kinds);
    expect(now.history[0]).toMatchObject({ actor: 'admin', detail: expect.stringContaining('"atMostPerHour":1') });
    expect((await stack.gql(remove, { name: 'kept' })).data).toEqual({ deletePolicy: true });
    expect(await policy(stack, 'kept')).toBeNull();
    const db = connectPostgres(stack.env.databaseUrl, 1);
    expect((await new TrailStore(db, Seal.open(stack.env.stateDir)).verify([])).troubles).toEqual([]);
    await db.end();
  });

  const { when } = keepRedis;
  test.each<[string, object, string]>([
    ['when', { when: {} }, 'Either a death or an episode.'],
    ['when.death.afterSeconds', { when: { death: { ...when.death, afterSeconds: 5 } } }, '>=10'],
    ['when.death.cause.0', { when: { death: { ...when.death, cause: ['SERVICE_STOP'] } } }, 'Invalid option'],
    ['do', { do: { action: 'RESUME_PROCESS' } }, 'does not help there'],
    ['do.action', { do: { action: 'SIGNAL_PROCESS' } }, 'Invalid option'],
    ['name', { name: 'Not Like That' }, 'Invalid string'],
    ['atMostPerHour', { atMostPerHour: 61 }, '<=60'],
    ['where.labels', { where: { labels: [1, 2].map((n) => ({ key: 'a', value: `${n}` })) } }, 'twice'],
    ['the policy', { where: { host: ['a\u0000b'] } }, 'cannot be stored'],
  ])('that_is_wrong_in_%s_is_refused_and_changes_nothing', async (field, wrong, why) => {
    const before = await stored();
    const input = { ...keepRedis, ...wrong };
    const { errors } = await stack.gql(savePolicy, { input });
    expect(errors).toMatchObject([{ extensions: { code: 'remediation/bad-policy', field } }]);
    expect(errors![0]!.message).toContain(why);
    expect(await stored()).toEqual(before);
  });

  test('is_read_by_anybody_with_a_token_and_changed_by_admins_only', async () => {
    await save(stack, { ...keepRedis, name: 'theirs', armed: false });
    for (const role of ['viewer', 'operator', 'approver'] as const) {
      const token = await tokenFor(stack, `a-${role}`, role);
      const seen = await gqlAs(stack, token, '{ policies { name } policy(name: "theirs") { name } }');
      expect(seen.data.policy).toEqual({ name: 'theirs' });
      const tries = [
        gqlAs(stack, token, savePolicy, { input: { ...keepRedis, name: 'mine' } }),
        gqlAs(stack, token, arm, { name: 'theirs', armed: true }),
        gqlAs(stack, token, remove, { name: 'theirs' }),
      ];
      for (const { errors } of await Promise.all(tries))
        expect(errors).toMatchObject([{ extensions: { code: 'access/not-allowed' } }]);
    }
    expect(await policy(stack, 'mine')).toBeNull();
    expect(await policy(stack, 'theirs')).toMatchObject({ armed: false, version: 1 });
  });

  test('that_is_not_there_is_not_armed_or_deleted', async () => {
    for (const query of [arm, remove])
      expect((await stack.gql(query, { name: 'nobody', armed: true })).errors).toMatchObject([
        { extensions: { code: 'remediation/unknown-policy' } },
      ]);
  });
});

const simulate = `query ($policy: PolicyInput!, $since: DateTime, $until: DateTime) {
  simulatePolicy(policy: $policy, since: $since, until: $until) {
    cutBefore en: summary zh: summary(locale: ZH) considered matched acted awaitingApproval acts { host target }
    stopped { code count } escalations } }`;

describe('trying a policy out', () => {
  const seconds = (past: number) => new Date(Date.now() - past * 1_000).toISOString();

  beforeAll(async () => {
    const worker = await workerParts(stack);
    await hostWithDeadService(stack, 'sim-1', 3_000);
    const host = await hostWithDeadService(stack, 'sim-2', 2_000);
    // Its end was an end of its own, and is not meant.
    const crashed = life(400, ago(900));
    await sent(host, [described(crashed, { parent: init, unit: 'redis.service' }), ended(crashed, ago(800), 11)]);
    const zombies = await enrollWithService(stack, 'sim-3');
    for (const pid of [501, 502, 503]) {
      const [zombie, parent] = [life(pid, ago(700)), life(200)];
      await sent(zombies, [described(zombie, { parent }), episode(zombie, 'zombie', ago(600), { parent })]);
    }
    await worker.decide();
    await worker.close();
  });

  const ask = async (wanted: object, past = 7_200) => {
    const { data, errors } = await stack.gql(simulate, { policy: wanted, since: seconds(past) });
    expect(errors).toBeUndefined();
    return data.simulatePolicy;
  };

  test('says_how_often_it_would_have_acted_and_stores_nothing', async () => {
    const before = await stored();
    expect(await ask(keepRedis)).toMatchObject({
      ...{ en: 'Would have acted 2 times.', zh: '本会执行 2 次。', cutBefore: null, matched: 2, acted: 2 },
      acts: [
        { host: 'sim-1', target: 'redis-server.service' },
        { host: 'sim-2', target: 'redis-server.service' },
      ],
    });
    expect(await ask({ ...keepRedis, atMostPerHour: 1 })).toMatchObject({
      ...{ acted: 1, stopped: [{ code: 'remedy/policy-cap', count: 1 }] },
      escalations: [expect.stringContaining('to people')],
    });
    expect(await ask(keepRedis, 2_500)).toMatchObject({ acted: 1 });
    expect(await stored()).toEqual(before);
  });

  test('sees_the_zombies_of_one_parent_as_they_were_then', async () => {
    const when = (zombiesMin: number) => ({ episode: { state: 'ZOMBIE', lastedSecondsMin: 60, zombiesMin } });
    const reap = { name: 'reap', do: { action: 'KILL_ZOMBIE_PARENT' } };
    expect(await ask({ ...reap, when: when(3) })).toMatchObject({ matched: 3, acted: 1 });
    expect(await ask({ ...reap, when: when(4) })).toMatchObject({ matched: 0, acted: 0 });
  });

  test('has_limits_and_takes_an_operator', async () => {
    const ask = (since: string, token = stack.adminToken) =>
      gqlAs(stack, token, simulate, { policy: keepRedis, since });
    for (const since of [seconds(32 * 86_400), seconds(-5)])
      expect((await ask(since)).errors).toMatchObject([
        { extensions: { code: 'remediation/bad-policy', field: 'since' } },
      ]);
    const viewer = await tokenFor(stack, 'sim-viewer', 'viewer');
    expect((await ask(seconds(5), viewer)).errors).toMatchObject([{ extensions: { code: 'access/not-allowed' } }]);
  });
});
