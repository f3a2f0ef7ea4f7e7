/** From batches to incidents: counted once, told seldom, over when healthy; over real ingest, verdicts and workers. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { described, ended, exited, init, life, loss, oomReport } from '../support/events.js';
import { eventually } from '../support/eventually.js';
import {
  bootedNow,
  changesOf,
  incidentThat,
  incidents,
  killed,
  miscounted,
  redis,
  shot,
  started,
} from '../support/incidents.js';
import { startStack, type Stack } from '../support/stack.js';

let stack: Stack;

beforeAll(async () => {
  const settings = { settleMs: 500, updateMs: 60_000, healthyMs: 1_000, silentMs: 3_600_000, fleetHosts: 4 };
  stack = await startStack({ incidents: settings });
  // Two, to be in each other's way.
  await stack.startWorker();
  await stack.startWorker();
});
afterAll(() => stack.close());

const grouped = async () => (await stack.sql`select from pending_troubles limit 1`).length === 0;
const decided = async () => (await stack.sql`select from pending_verdicts limit 1`).length === 0;
const isQuiet = () => eventually(async () => (await decided()) && (await grouped()));

/** The transaction of the first turns ends as that of a worker does that is killed: undone, at its last statement. */
async function cutOff(times: number): Promise<void> {
  await stack.sql.unsafe(`
    create sequence cuts;
    create function cut_off() returns trigger language plpgsql as $$
    begin
      if nextval('cuts') <= ${times} then raise exception 'cut off'; end if;
      return null;
    end $$;
    create trigger cut_off after insert on incident_hosts for each statement execute function cut_off()`);
}

test('a_thousand_deaths_of_one_cause_are_one_incident_with_its_count_and_one_notice', async () => {
  await cutOff(5);
  const machine = await bootedNow(stack, 'flood');
  for (let part = 0; part < 10; part++) {
    const pids = Array.from({ length: 100 }, (_, n) => 1_000 + part * 100 + n);
    await machine.send(pids.flatMap((pid) => shot(pid, machine.now())));
  }
  const incident = await incidentThat(stack, 'host: "flood"', ({ count }) => count === 1_000);
  expect(incident).toMatchObject({
    kind: 'DEATH',
    state: 'OPEN',
    unit: redis,
    cause: 'SIGNALED',
    host: { name: 'flood' },
    hosts: 1,
    severity: 'ERROR',
  });
  expect(incident.title).toBe('redis.service on flood died 1000 times: SIGNALED');
  expect(incident.titleZh).toBe('flood 上的 redis.service 死亡 1000 次：SIGNALED');
  await incidentThat(stack, 'host: "flood"', (one) => changesOf(one).length > 0);
  await isQuiet();
  const [after, ...more] = await incidents(stack, 'host: "flood"');
  expect(more).toEqual([]);
  expect(changesOf(after)).toEqual(['OPENED']);
  expect(after.deaths.nodes).toHaveLength(5);
  expect(after.deaths.pageInfo.hasNextPage).toBe(true);
  expect(await miscounted(stack)).toEqual([]);
  const [cuts] = await stack.sql`select last_value > 5 as used from cuts`;
  expect(cuts).toEqual({ used: true });
});

test('it_is_over_when_the_unit_runs_again_and_not_before_and_what_comes_then_is_another', async () => {
  const machine = await bootedNow(stack, 'mended');
  await machine.send(shot(100, machine.now()));
  await incidentThat(stack, 'host: "mended"', (one) => changesOf(one).includes('OPENED'));
  // It is heard, for longer than it takes to be healthy, and the unit does not run.
  const until = Date.now() + 3_500;
  let pid = 500;
  while (Date.now() < until) {
    await machine.send([described(life(pid++, machine.now()), {})]);
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
  expect((await incidents(stack, 'host: "mended"')).map(({ state }) => state)).toEqual(['OPEN']);
  const again = life(101, machine.now() - 3_000);
  await machine.send(started(again.pid, Number(again.start) / 1e6));
  const over = await incidentThat(stack, 'host: "mended"', ({ state }) => state === 'RESOLVED');
  expect(over).toMatchObject({ resolvedBy: null, count: 1 });
  expect(changesOf(over)).toEqual(['OPENED', 'RESOLVED']);
  await machine.send(killed(again, machine.now()));
  const isNext = ({ id }: { id: string }) => id !== over.id;
  expect(await incidentThat(stack, 'host: "mended"', isNext)).toMatchObject({ state: 'OPEN', key: over.key });
});

test('a_death_that_is_decided_otherwise_moves_and_is_counted_once', async () => {
  const machine = await bootedNow(stack, 'redecided');
  const at = machine.now();
  const victim = life(100, at - 1);
  await machine.send([...started(100, at - 1), ended(victim, at, 9)]);
  await incidentThat(stack, 'host: "redecided", cause: ["UNKNOWN"]');
  // Late evidence: the kernel had chosen it.
  await machine.send([oomReport(victim, at - 0.5)]);
  const moved = await incidentThat(stack, 'host: "redecided", state: [OPEN]', ({ cause }) => cause.startsWith('OOM'));
  expect(moved).toMatchObject({ count: 1, unit: redis });
  await isQuiet();
  expect(await miscounted(stack)).toEqual([]);
  const members = await stack.sql`select from incident_members where host_id = ${machine.host.id}`;
  expect(members).toHaveLength(1);
});

test('ends_that_somebody_wanted_and_failures_of_no_service_open_nothing', async () => {
  const machine = await bootedNow(stack, 'calm');
  const at = machine.now();
  await machine.send([
    described(life(200, at - 10), { comm: 'grep' }),
    exited(life(200, at - 10), at, 1),
    ...started(201, at - 10),
    exited(life(201, at - 10), at, 0),
    described(life(202, at - 10), { comm: 'session', parent: init, unit: 'session-1.scope' }),
    described(life(203, at - 10), { comm: 'job', parent: life(202, at - 10), unit: 'session-1.scope' }),
    exited(life(203, at - 10), at, 3),
  ]);
  await isQuiet();
  expect(await incidents(stack, 'host: "calm"')).toEqual([]);
});

test('the_same_on_many_hosts_is_one_of_the_fleet', async () => {
  const machines = await Promise.all([1, 2, 3, 4, 5].map((n) => bootedNow(stack, `fleet-${n}`)));
  for (const machine of machines) await machine.send(shot(100, machine.now(), 'nginx.service'));
  const whole = await incidentThat(stack, 'unit: "nginx.service", fleet: true', ({ count }) => count === 5);
  expect(whole).toMatchObject({ hosts: 5, host: null, severity: 'CRITICAL', state: 'OPEN' });
  expect(whole.title).toBe('nginx.service on 5 hosts died 5 times: SIGNALED');
  const parts = await incidents(stack, 'unit: "nginx.service", fleet: false');
  for (const part of parts) {
    expect(part).toMatchObject({ state: 'RESOLVED', mergedInto: { id: whole.id } });
    // What it had is found there.
    expect(part.deaths.nodes).toHaveLength(1);
    expect(changesOf(part)).not.toEqual(['OPENED']);
  }
  expect(whole.deaths.nodes).toHaveLength(5);
  await isQuiet();
  expect(await miscounted(stack)).toEqual([]);
});

test('a_loss_and_what_a_policy_leaves_to_people_are_incidents', async () => {
  const machine = await bootedNow(stack, 'lossy');
  await machine.send([loss(machine.now() - 100, machine.now() - 50)]);
  expect(await incidentThat(stack, 'host: "lossy", kind: [LOSS]')).toMatchObject({
    cause: 'ring-overrun',
    severity: 'WARNING',
    title: 'history is missing on lossy: ring-overrun',
  });
  await stack.sql`
    insert into escalations (at, policy, host_id, target, unit, text)
    values (now(), 'keep-redis', ${machine.host.id}, ${redis}, ${redis}, 'Policy keep-redis leaves it to people.')`;
  expect(await incidentThat(stack, 'host: "lossy", kind: [BREAKER]')).toMatchObject({
    unit: redis,
    severity: 'CRITICAL',
    summary: 'Policy keep-redis leaves it to people.',
  });
});
