/** `Death.restart`: who started it again, from stored lives, as GraphQL answers it. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Event, ProcessEvent, ProcessRef } from '../../src/contract/index.js';
import { agentStart, described, ended, exited, init, life, signalled, wall } from '../support/events.js';
import type { TestHost } from '../support/host.js';
import { countStatements } from '../support/statement-counter.js';
import { startStack, type Answer, type Stack } from '../support/stack.js';

let stack: Stack;
let host: TestHost;

const killer = life(90, 90);
const login = { user: { uid: 1000, name: 'alice' }, session: 7 };

beforeAll(async () => {
  stack = await startStack();
  host = await stack.enroll('box');
  await host.send([
    agentStart(1),
    described(init, { comm: 'systemd', unit: 'init.scope', cgroup: '/init.scope', user: { uid: 0, name: 'root' } }),
    described(killer, { comm: 'kill', args: ['/bin/kill', '-9'] }),
  ]);
});
afterAll(() => stack.close());

/** A life from one time to another (ms), ended by SIGKILL of the killer. */
function killed(ref: ProcessRef, untilMs: number, as: Partial<ProcessEvent>): Event[] {
  return [described(ref, as), signalled(ref, untilMs - 1, 9, { sender: killer }), ended(ref, untilMs, 9)];
}

const fields = 'restart { kind process { id pid } by { pid comm args } at delay recently isLoop }';

async function restartOf(pid: number): Promise<Answer> {
  const query = `query ($pid: Int!) { whoKilled(host: "box", pid: $pid) { ${fields} } }`;
  const { data, errors } = await stack.gql(query, { pid });
  expect(errors).toBeUndefined();
  return data.whoKilled.restart;
}

test('of_a_service_names_the_manager_the_delay_and_how_often_lately', async () => {
  const redis = {
    comm: 'redis-server',
    args: ['/usr/bin/redis-server', '*:6379'],
    parent: init,
    unit: 'redis.service',
    cgroup: '/system.slice/redis.service',
  };
  const other = { ...redis, unit: 'redis@2.service', cgroup: '/system.slice/redis@2.service' };
  await host.send([
    ...killed(life(101, 10_000), 20_000, { ...redis, args: ['/usr/bin/redis-server', '/etc/redis.conf'] }),
    described(life(100, 20_050), other),
    ...killed(life(102, 20_100), 30_000, redis),
    ...killed(life(103, 30_100), 200_000, redis),
    ...killed(life(104, 200_250.5), 210_000, redis),
  ]);
  expect(await restartOf(101)).toMatchObject({ process: { pid: 102 }, by: { pid: 1 }, recently: 0, isLoop: false });
  expect(await restartOf(103)).toEqual({
    kind: 'SERVICE',
    process: { id: expect.stringMatching(/^\d+\.104\.200250500000$/), pid: 104 },
    by: { pid: 1, comm: 'systemd', args: ['/usr/bin/systemd'] },
    at: wall(200_250),
    delay: 250.5,
    recently: 2,
    isLoop: false,
  });
  expect(await restartOf(104)).toBeNull();
});

test('of_a_crash_loop_says_that_it_is_one', async () => {
  const supervisor = life(200, 1_000);
  const app = { comm: 'app', args: ['/opt/app'], exe: '/opt/app', parent: supervisor };
  const lives = [201, 202, 203, 204].map((pid) => [
    described(life(pid, pid * 1_000), app),
    exited(life(pid, pid * 1_000), pid * 1_000 + 400, 1),
  ]);
  await host.send([described(supervisor, { comm: 'supervisord' }), ...lives.flat()]);
  expect(await restartOf(201)).toMatchObject({ kind: 'COMMAND', by: { comm: 'supervisord' }, isLoop: false });
  expect(await restartOf(202)).toMatchObject({ recently: 1, isLoop: false });
  expect(await restartOf(203)).toMatchObject({ process: { pid: 204 }, delay: 600, recently: 2, isLoop: true });
});

test('of_daemons_that_guard_each_other_names_the_guard_that_made_it', async () => {
  const [shell, a, b] = [life(300, 1_000), life(301, 300_000), life(302, 300_010)];
  const [newB, newA] = [life(303, 310_100), life(304, 320_100)];
  const left = { comm: 'left', args: ['./left'], exe: '/opt/left', login };
  const right = { comm: 'right', args: ['./right'], exe: '/opt/right', login };
  await host.send([
    described(shell, { comm: 'bash', args: ['-bash'], login, tty: 'pts/0' }),
    ...killed(b, 310_000, { ...right, parent: a }),
    ...killed(a, 320_000, { ...left, parent: shell }),
    described(newB, { ...right, parent: a }),
    described(newA, { ...left, parent: newB }),
  ]);
  expect(await restartOf(302)).toMatchObject({ kind: 'COMMAND', process: { pid: 303 }, by: { pid: 301 }, delay: 100 });
  expect(await restartOf(301)).toMatchObject({ process: { pid: 304 }, by: { pid: 303, comm: 'right' } });
});

test('shows_the_guard_as_it_was_when_it_made_it', async () => {
  const guard = life(310, 1_500);
  const app = { comm: 'guarded', args: ['./guarded'], exe: '/opt/guarded', parent: guard };
  await host.send([described(guard, { comm: 'guard' }), signalled(life(90), 340_000, 15, { sender: guard })]);
  await host.send([
    ...killed(life(311, 341_000), 342_000, app),
    described(life(312, 342_010), app),
    described(guard, { comm: 'later', execAt: '343000000000' }),
  ]);
  expect(await restartOf(311)).toMatchObject({ by: { pid: 310, comm: 'guard' } });
});

test('is_null_for_a_command_that_is_merely_run_again', async () => {
  const shell = life(400, 1_000);
  const sleeper = { comm: 'sleep', args: ['sleep', '60'], exe: '/bin/sleep', parent: shell, login, tty: 'pts/0' };
  await host.send([
    described(shell, { comm: 'bash', args: ['-bash'], login, tty: 'pts/0' }),
    ...killed(life(401, 400_000), 401_000, sleeper),
    described(life(402, 402_000), sleeper),
  ]);
  expect(await restartOf(401)).toBeNull();
});

test('of_a_whole_page_costs_a_fixed_number_of_statements', async () => {
  const many = await stack.enroll('many');
  const guard = life(500, 1_000);
  const worker = (n: number) => ({ comm: 'w', args: ['w', String(n)], exe: '/opt/w', parent: guard });
  const events = Array.from({ length: 60 }, (_, n) => [
    ...killed(life(1_000 + n), 5_000 + n, worker(n)),
    described(life(2_000 + n, 6_000 + n), worker(n)),
  ]);
  await many.send([agentStart(1), described(killer), described(guard, { comm: 'guard' }), ...events.flat()]);
  const counter = await countStatements(stack.env.databaseUrl);
  const counted = await startStack({ databaseUrl: counter.url });
  const statementsOf = async (first: number) => {
    const before = counter.count();
    const query = `{ deaths(filter: { host: "many" }, first: ${first}) { nodes { ${fields} } } }`;
    const { data } = await counted.gql(query);
    expect(data.deaths.nodes.filter((death: Answer) => death.restart.by.pid === 500)).toHaveLength(first);
    return counter.count() - before;
  };
  try {
    // A connection that opens meanwhile brings statements of its own, so the least of a few is the page's.
    const least = async (first: number) => {
      const counts: number[] = [];
      for (let n = 0; n < 4; n++) counts.push(await statementsOf(first));
      return Math.min(...counts);
    };
    const five = await least(5);
    expect(await least(50)).toBe(five);
  } finally {
    await counted.close();
    await counter.close();
  }
});
