/** What is wrong with evidence is refused with the field that is wrong, and nothing is stored. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { limits, type Event } from '../../src/contract/index.js';
import { coreDump, episode, exited, kernelLog, life, loss, oomReport, signalled, throttle } from '../support/events.js';
import type { TestHost } from '../support/host.js';
import { startStack, type Stack } from '../support/stack.js';

let stack: Stack;
let host: TestHost;
const worker = life(100);
const report = oomReport(worker, 5);
const task = { pid: 1, comm: 'x' };
const longText = (most: number) => 'x'.repeat(most + 1);

beforeAll(async () => {
  stack = await startStack();
  host = await stack.enroll('bad-evidence');
});
afterAll(() => stack.close());

const bad: readonly (readonly [field: string, event: object])[] = [
  ['victims', { ...report, victims: Array.from({ length: limits.oomVictimsMax + 1 }, () => task) }],
  ['tasks', { ...report, tasks: Array.from({ length: limits.oomTasksMax + 1 }, () => task) }],
  ['tasks/0/oomScoreAdj', { ...report, tasks: [{ ...task, oomScoreAdj: 1001 }] }],
  ['tasks/0/rss', { ...report, tasks: [{ ...task, rss: -1 }] }],
  ['memory/0/limit', { ...report, memory: [{ name: 'memory', usage: 1, limit: 2 ** 53 }] }],
  ['memory', { ...report, memory: Array.from({ length: 9 }, () => ({ name: 'm', usage: 1, limit: 1 })) }],
  ['constraint', { ...report, constraint: 'CONSTRAINT_MEMCG' }],
  ['sequence', { ...report, sequence: 1.5 }],
  ['text', kernelLog(worker, 5, { text: longText(limits.kernelLineCharactersMax) })],
  ['topic', { ...kernelLog(worker, 5), topic: 'gossip' }],
  ['path', coreDump(worker, 5, { path: longText(limits.pathCharactersMax) })],
  ['obstacle', { ...coreDump(worker, 5), obstacle: 'moths' }],
  ['state', { ...episode(worker, 'zombie', 5), state: 'bored' }],
  ['since', { ...episode(worker, 'zombie', 5), since: '-1' }],
  ['waitChannel', episode(worker, 'uninterruptible', 5, { waitChannel: longText(limits.nameCharactersMax) })],
  ['state', { ...throttle('/a', 5), state: 'pause' }],
  ['cgroup', throttle(longText(limits.pathCharactersMax), 5)],
  ['cgroup', loss(1, 2, { cgroup: longText(limits.pathCharactersMax) })],
  ['cpuTime', { ...exited(worker, 5), cpuTime: 5 }],
  ['peakRss', { ...exited(worker, 5), peakRss: -5 }],
  ['count', { ...signalled(worker, 5, 9), count: 1 }],
];

test.each(bad)('%s %#', async (field, event) => {
  const reply = await host.send([loss(1, 2), event as Event]);
  expect(reply).toMatchObject({ status: 400, body: { code: 'ingest/bad-batch', field: `/events/1/${field}` } });
  const [row] = await stack.sql`select
    (select count(*) from losses) + (select count(*) from oom_reports) + (select count(*) from kernel_log)
    + (select count(*) from core_dumps) + (select count(*) from episodes) + (select count(*) from throttles)
    + (select count(*) from processes) as n`;
  expect(Number(row!['n'])).toBe(0);
});

test('a_report_as_large_as_the_limits_allow_is_stored', async () => {
  const victims = Array.from({ length: limits.oomVictimsMax }, (_, n) => ({ pid: n, comm: 'v', process: life(n) }));
  const tasks = Array.from({ length: limits.oomTasksMax }, (_, n) => ({ pid: n, comm: 't', rss: n }));
  expect(await host.send([{ ...report, victims, tasks }])).toMatchObject({ status: 200 });
  const [row] = await stack.sql`select
    (select count(*)::int from oom_victims) as victims, (select count(*)::int from oom_tasks) as tasks`;
  expect(row).toEqual({ victims: limits.oomVictimsMax, tasks: limits.oomTasksMax });
});
