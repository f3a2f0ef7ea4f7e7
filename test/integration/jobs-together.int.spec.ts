/** Much at one moment: what shares statements and transactions is still each one's own, and no guard lets more through. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Seal } from '../../src/platform/seal.js';
import { connectPostgres } from '../../src/store/postgres.js';
import { TrailStore } from '../../src/store/trail.store.js';
import { eventually } from '../support/eventually.js';
import type { TestHost } from '../support/host.js';
import { enrollWithService, gqlAs, inState, request, requestJob } from '../support/jobs.js';
import { startStack, type Stack } from '../support/stack.js';
import { reportOf, startTestAgent, succeed, type TestAgent } from '../support/test-agent.js';

const names = Array.from({ length: 12 }, (_, number) => `node-${number}`);

describe('jobs that come at one moment', () => {
  let stack: Stack;
  const hosts: TestHost[] = [];
  const agents: TestAgent[] = [];

  beforeAll(async () => {
    stack = await startStack({ worker: true });
    await eventually(async () => (await stack.sql`select 1 from signing_keys`).length > 0);
    for (const name of names) hosts.push(await enrollWithService(stack, name));
  });
  afterAll(async () => {
    for (const agent of agents) await agent.stop();
    await stack?.close();
  });

  const signal = (host: string, more: object = {}) =>
    gqlAs(stack, stack.adminToken, requestJob, {
      input: { host, action: 'SIGNAL_PROCESS', pid: 200, signal: 15, reason: 'a test', ...more },
    });
  /** A host that nobody knows to be online is none that is healthy. */
  const streams = (many: number) =>
    eventually(async () => (await stack.sql`select 1 from command_streams`).length === many);
  const isWhole = async () => {
    const db = connectPostgres(stack.env.databaseUrl, 1);
    const { troubles } = await new TrailStore(db, Seal.open(stack.env.stateDir)).verify([]);
    await db.end();
    return troubles;
  };

  test('each_has_its_own_answer_and_is_done_once', async () => {
    for (const host of hosts) agents.push(await startTestAgent({ url: stack.url, host, act: succeed }));
    await streams(hosts.length);
    const keyed = { idempotencyKey: 'one' };
    const [unknown, twin, same, ...others] = await Promise.all([
      signal('nowhere'),
      signal(names[0]!, keyed),
      signal(names[0]!, keyed),
      ...names.slice(1).map((name) => signal(name)),
    ]);
    expect(unknown!.errors).toMatchObject([{ extensions: { code: 'remediation/unknown-host' } }]);
    expect(same!.data.requestJob.id).toBe(twin!.data.requestJob.id);
    const asked = [twin!, ...others].map(({ data }) => data.requestJob);
    expect(asked.map(({ plan }) => plan.targets[0].host)).toEqual(names);
    for (const { id } of asked) await inState(stack, id, 'SUCCEEDED');
    expect(agents.map(({ received }) => received.length)).toEqual(names.map(() => 1));
    expect(agents.map(({ received }) => received[0]!.host)).toEqual(hosts.map(({ machineId }) => machineId));
    expect(await isWhole()).toEqual([]);
  });

  test('of_two_for_the_same_process_one_is_done', async () => {
    const other = { pid: 100, signal: 10 };
    const replies = await Promise.all([signal(names[3]!, other), signal(names[3]!, other), signal(names[3]!, other)]);
    const ids = replies.flatMap(({ data }) => data?.requestJob?.id ?? []);
    const states = await eventually(async () => {
      const rows = await stack.sql<{ state: string }[]>`select state from jobs where id in ${stack.sql(ids)}`;
      const found = rows.map(({ state }) => state).sort();
      return found.every((state) => ['REJECTED', 'SUCCEEDED'].includes(state)) ? found : null;
    });
    expect(states.filter((state) => state === 'SUCCEEDED')).toEqual(['SUCCEEDED']);
    expect(agents[3]!.received.filter(({ action }) => 'signal' in action && action.signal === 10)).toHaveLength(1);
  });

  test('reports_are_stored_once_each_and_a_foreign_one_hinders_none', async () => {
    for (const agent of agents.splice(0)) await agent.stop();
    await streams(0);
    for (const host of hosts) agents.push(await startTestAgent({ url: stack.url, host }));
    await streams(hosts.length);
    const chosen = [5, 6, 7, 8];
    const ids: string[] = [];
    for (const at of chosen) {
      const asked = { host: names[at]!, action: 'SIGNAL_PROCESS', pid: 100, signal: 12 };
      ids.push((await request(stack, asked)).id);
    }
    await eventually(() => chosen.every((at) => agents[at]!.received.length === 1));
    const report = (at: number, as: number, state: 'ACCEPTED' | 'SUCCEEDED') => {
      const body = JSON.stringify(reportOf(agents[at]!.received[0]!, { state, detail: 'said' }));
      return stack.fetch('/v1/reports', { method: 'POST', token: hosts[as]!.credential, body });
    };
    const replies = await Promise.all([
      ...chosen.map((at) => report(at, at, 'ACCEPTED')),
      ...chosen.map((at) => report(at, at, 'ACCEPTED')),
      report(5, 6, 'SUCCEEDED'),
    ]);
    expect(replies.map(({ status }) => status)).toEqual([...Array<number>(8).fill(204), 404]);
    await Promise.all(chosen.map((at) => report(at, at, 'SUCCEEDED')));
    for (const id of ids) {
      const { trail } = await inState(stack, id, 'SUCCEEDED');
      const kinds = trail.map(({ kind }: { kind: string }) => kind);
      expect(kinds).toEqual(['requested', 'signed', 'sent', 'accepted', 'succeeded']);
    }
    expect(await isWhole()).toEqual([]);
  });
});
