/** A newer engine decides history again, in the background. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { engineVersion } from '../../src/verdict/index.js';
import { described, exited, life } from '../support/events.js';
import { eventually } from '../support/eventually.js';
import type { TestHost } from '../support/host.js';
import { countOutdated, olderEngine, recordVerdicts, savedVerdicts } from '../support/redecided.js';
import { startStack, type Stack } from '../support/stack.js';

let stack: Stack;
let host: TestHost;

beforeEach(async () => {
  stack = await startStack();
  host = await stack.enroll('box');
});
afterEach(() => stack.close());

const allDecided = async () => (await stack.sql`select from deaths where engine is null`).length === 0;
const upToDate = async () => (await countOutdated(stack.sql)) === 0;
const died = (pid: number) => [described(life(pid)), exited(life(pid), 100_000 + pid, pid % 2)];

/** Deaths with verdicts as an older engine had left them; nobody works on them yet. */
async function history(many: number): Promise<void> {
  const events = Array.from({ length: many }, (_, n) => died(1_000 + n)).flat();
  for (let from = 0; from < events.length; from += 4_000) await host.send(events.slice(from, from + 4_000));
  const worker = await stack.startWorker();
  await eventually(allDecided, 60_000);
  await worker.close();
  await stack.sql`update deaths set engine = ${olderEngine}`;
  await recordVerdicts(stack.sql);
}

async function outdatedMetric(): Promise<number> {
  const text = await (await stack.fetch('/metrics')).text();
  return Number(/^whodunit_verdicts_outdated (\d+)$/m.exec(text)?.[1]);
}

test('each_verdict_of_an_older_engine_is_decided_again_once_newest_first', async () => {
  await history(650);
  expect(await outdatedMetric()).toBe(650);
  await stack.startWorker();
  await eventually(upToDate);
  expect(await savedVerdicts(stack.sql)).toEqual({ saved: 650, deaths: 650 });
  expect(await outdatedMetric()).toBe(0);
  const turns = await stack.sql<{ newest: Date; oldest: Date }[]>`
    select max(died_at) as newest, min(died_at) as oldest from saved_verdicts group by tx order by min(n)`;
  expect(turns.length).toBeGreaterThan(1);
  for (const [index, { newest }] of turns.entries()) expect(newest <= (turns[index - 1]?.oldest ?? newest)).toBe(true);
});

test('a_verdict_of_an_engine_without_Chinese_is_told_in_English_until_it_is_decided_again', async () => {
  await history(1);
  await stack.sql`update deaths set summary = 'As before.', summary_zh = null`;
  const summary = async () => {
    const { data } = await stack.gql('{ deaths { nodes { verdict { summary(locale: ZH) } } } }');
    return data.deaths.nodes[0].verdict.summary as string;
  };
  expect(await summary()).toBe('As before.');
  await stack.startWorker();
  await eventually(upToDate);
  expect(await summary()).toContain('自行退出，退出码 ');
});

test('only_what_has_changed_is_told', async () => {
  await history(120);
  await stack.sql`update deaths set summary = 'As an older engine said.' where pid in (1003, 1077, 1111)`;
  const subscription = stack.subscribe('subscription { deaths { process { pid } verdict { engine summary } } }');
  const told = async () => (await subscription.next()).value.data.deaths;
  const first = told();
  await eventually(async () => /^whodunit_death_subscribers 1$/m.test(await (await stack.fetch('/metrics')).text()));
  await stack.startWorker();
  await eventually(upToDate);
  await host.send(died(9_000));
  const deaths = [await first, await told(), await told(), await told()];
  expect(deaths.map(({ process }) => process.pid).toSorted((a, b) => a - b)).toEqual([1_003, 1_077, 1_111, 9_000]);
  for (const { verdict } of deaths) {
    expect(verdict.engine).toBe(engineVersion);
    expect(verdict.summary).toContain('exited by itself');
  }
  await subscription.dispose();
});

test('fresh_deaths_do_not_wait_for_history', async () => {
  await history(4_000);
  await stack.startWorker();
  await eventually(async () => (await savedVerdicts(stack.sql)).saved > 0);
  await host.send(died(9_000));
  await eventually(upToDate, 60_000);
  const [row] =
    await stack.sql`select (select n from saved_verdicts where pid = 9000 order by n limit 1) < max(n) as early
    from saved_verdicts`;
  expect(row).toEqual({ early: true });
});

test('two_workers_share_history_and_do_nothing_twice', async () => {
  await history(1_000);
  await stack.startWorker();
  await stack.startWorker();
  await eventually(upToDate);
  expect(await savedVerdicts(stack.sql)).toEqual({ saved: 1_000, deaths: 1_000 });
});

test('verdicts_that_an_older_worker_still_leaves_are_found_by_the_sweep', async () => {
  await history(10);
  await stack.startWorker();
  await eventually(upToDate);
  await stack.sql`update deaths set engine = ${olderEngine} where pid = 1005`;
  await eventually(upToDate, 90_000);
}, 120_000);
