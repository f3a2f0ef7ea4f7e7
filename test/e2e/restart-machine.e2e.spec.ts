/**
 * A redis-server under a real systemd is restarted, from the question to the facts afterwards: the real agent is a service of a
 * booted machine, API and worker are outside of it.
 */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { booted } from '../scenarios/e-services.js';
import { eventually } from '../support/eventually.js';
import { factsOf, gqlAs, inState, request, tokenFor } from '../support/jobs.js';
import { agentBinds, startAgentIn } from '../support/machine-agent.js';
import { bootMachine, type Machine } from '../support/machine.js';
import { requirePrerequisite } from '../support/prerequisite.js';
import { startRedis } from '../support/redis.js';
import { startStack, type Answer, type Stack } from '../support/stack.js';

const redis = 'redis-server.service';
const queues = requirePrerequisite('redis-server') ? (['Postgres', 'Redis'] as const) : (['Postgres'] as const);

describe.runIf(requirePrerequisite('root', 'machine'))('a service of systemd in a machine of its own', () => {
  let machine: Machine;
  const cleanups: (() => Promise<unknown>)[] = [];

  beforeAll(async () => {
    machine = bootMachine(agentBinds);
    await booted(machine);
  });
  afterEach(async () => {
    for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
  });
  afterAll(() => machine?.close());

  const start = async (queue: (typeof queues)[number]): Promise<Stack> => {
    const server = queue === 'Redis' ? await startRedis() : null;
    if (server) cleanups.push(() => server.stop());
    const stack = await startStack({ worker: true, ...(server && { queueUrl: server.url }) });
    cleanups.push(() => stack.close());
    await eventually(async () => (await stack.sql`select 1 from signing_keys`).length > 0);
    return stack;
  };
  const startAgent = async (stack: Stack, name: string) => {
    cleanups.push(await startAgentIn(machine, { fetch: stack.fetch, port: stack.env.port }, name));
    return eventually(async () => {
      const [row] = await stack.sql<{ name: string }[]>`
        select h.name from command_streams s join hosts h on h.id = s.host_id
        join processes p on p.host_id = h.id and p.unit = ${redis} and p.ended_at is null`;
      return row?.name;
    }, 30_000);
  };
  const mainPid = () => Number(machine.run('systemctl', 'show', '--property=MainPID', '--value', redis));

  test.each(queues)('is_restarted_on_request_with_facts_and_trail_queue_in_%s', async (queue) => {
    const stack = await start(queue);
    const host = await startAgent(stack, `whodunit-agent-${queue.toLowerCase()}`);
    const before = mainPid();
    const alice = await tokenFor(stack, 'alice', 'operator');
    const asked = await request(stack, { action: 'RESTART_SERVICE', host, unit: redis }, alice);
    expect(asked).toMatchObject({
      state: 'PENDING_APPROVAL',
      plan: { targets: [{ manager: 'SYSTEMD', service: redis }] },
    });
    expect(mainPid()).toBe(before);
    const approve = 'mutation ($id: ID!, $digest: String) { approveJob(id: $id, planDigest: $digest) { state } }';
    const approved = await gqlAs(stack, stack.adminToken, approve, { id: asked.id, digest: asked.plan.digest });
    expect(approved.errors).toBeUndefined();

    const done = await inState(stack, asked.id, 'SUCCEEDED');
    const after = mainPid();
    expect(after).not.toBe(before);
    const [execution] = done.executions;
    expect(factsOf(execution.before)).toMatchObject({ activeState: 'active', mainPid: String(before) });
    expect(factsOf(execution.after)).toMatchObject({ activeState: 'active', mainPid: String(after) });
    const kinds = ['requested', 'approved', 'queued', 'signed', 'sent', 'accepted', 'succeeded'];
    expect(done.trail.map(({ kind }: Answer) => kind)).toEqual(kinds);
    expect(machine.run('redis-cli', 'ping')).toBe('PONG\n');
  });
});
