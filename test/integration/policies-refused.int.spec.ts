/** What becomes of a policy's job that the guards refuse when it is signed: asked again, told, or let go; never forgotten. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { life } from '../support/events.js';
import { eventually } from '../support/eventually.js';
import { inState, unit } from '../support/jobs.js';
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
import { startTestAgent, type TestAgent } from '../support/test-agent.js';

/** Its host is in no trouble any more, and the policy would still answer it. */
const deadForSeconds = 700;

let stack: Stack;
let worker: WorkerParts;
const agents: TestAgent[] = [];
/** Of its own each: the guards look at the whole fleet. */
beforeEach(async () => {
  stack = await startStack();
  worker = await workerParts(stack);
});
afterEach(async () => {
  for (const agent of agents.splice(0)) await agent.stop();
  await worker.close();
  await stack.close();
});

const turns = () => stack.sql`select outcome, code, job_id is not null as has_job from policy_turns order by outcome`;
const soon = () => stack.sql`update policy_turns set due_at = now() where due_at is not null`;
const escalations = () => stack.sql`select policy, target, unit, text from escalations`;

/** Two jobs of one moment on a fleet of which one host at a time may be away: one is signed, one is refused. */
async function twoAtOnce() {
  await save(stack, keepRedis);
  const hosts = [];
  for (const name of ['a', 'b']) {
    const host = await hostWithDeadService(stack, name, deadForSeconds);
    agents.push(await startTestAgent({ url: stack.url, host }));
    hosts.push(host);
  }
  await eventually(async () => (await stack.sql`select from command_streams`).length === 2);
  await worker.decide();
  await worker.sweep();
  expect(outcomes(await policy(stack, 'keep-redis'))).toEqual(['ACTED', 'ACTED']);
  await worker.dispatch();
  const command = await eventually(() => agents.flatMap(({ received }) => received)[0]);
  return { command, agent: agents.find(({ received }) => received.length > 0)!, hosts };
}

test('it_is_asked_again_until_there_is_room_and_then_done_once', async () => {
  const { command, agent } = await twoAtOnce();
  const refused = await stack.sql`select state, code, idempotency_key from jobs where state = 'REJECTED'`;
  expect(refused).toEqual([{ state: 'REJECTED', code: 'remedy/others-at-work', idempotency_key: null }]);
  expect(await turns()).toEqual([
    { outcome: 'ACTED', code: null, has_job: true },
    { outcome: null, code: 'remedy/others-at-work', has_job: false },
  ]);
  // While the first is at work it is not planned either.
  for (let sweep = 0; sweep < 3; sweep++) await soon().then(() => worker.sweep());
  expect(await stack.sql`select from jobs`).toHaveLength(2);
  await agent.report(command, { state: 'SUCCEEDED', detail: 'done' });
  await inState(stack, command.job, 'SUCCEEDED');
  await soon();
  await worker.sweep();
  await worker.dispatch();
  expect(outcomes(await policy(stack, 'keep-redis'))).toEqual(['ACTED', 'ACTED']);
  await eventually(() => agents.every(({ received }) => received.length === 1));
  const states = await stack.sql<{ state: string }[]>`select state from jobs`;
  expect(states.map(({ state }) => state).toSorted()).toEqual(['REJECTED', 'SENT', 'SUCCEEDED']);
  expect(await escalations()).toEqual([]);
});

test('it_is_told_to_people_once_the_policy_would_come_too_late', async () => {
  await twoAtOnce();
  await stack.sql`update deaths set died_at = died_at - interval '10 minutes'`;
  for (let sweep = 0; sweep < 2; sweep++) await soon().then(() => worker.sweep());
  expect(await turns()).toEqual([
    { outcome: 'ACTED', code: null, has_job: true },
    { outcome: 'TOLD', code: 'remedy/others-at-work', has_job: false },
  ]);
  const told = await escalations();
  expect(told).toMatchObject([{ policy: 'keep-redis', target: unit, unit }]);
  expect(told[0]!['text']).toMatch(/^Policy keep-redis leaves redis-server\.service on \w to people\. .* already/);
});

test('it_is_let_go_when_others_have_started_it_again', async () => {
  const { agent, hosts } = await twoAtOnce();
  await sent(
    hosts.find((_, index) => agents[index] !== agent)!,
    [serviceRun(life(310, ago(5)))],
  );
  for (let sweep = 0; sweep < 2; sweep++) await soon().then(() => worker.sweep());
  expect(await turns()).toEqual([
    { outcome: 'ACTED', code: null, has_job: true },
    { outcome: 'REFUSED', code: 'remedy/others-at-work', has_job: false },
  ]);
  expect(await escalations()).toEqual([]);
});

test('what_rights_on_the_database_changed_is_not_asked_again', async () => {
  await save(stack, keepRedis);
  await hostWithDeadService(stack, 'a', deadForSeconds);
  await worker.decide();
  await worker.sweep();
  await stack.sql`update jobs set deadline = deadline + interval '1 hour'`;
  await worker.dispatch();
  expect(await stack.sql`select state, code from jobs`).toEqual([{ state: 'REJECTED', code: 'remediation/forged' }]);
  expect(await turns()).toEqual([{ outcome: 'ACTED', code: null, has_job: true }]);
});
