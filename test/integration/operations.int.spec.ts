/** What whoever runs it relies on: a question that takes too long, live and ready told apart, metrics that stay small. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { described, exited, life } from '../support/events.js';
import { eventually } from '../support/eventually.js';
import { startStack, type GraphqlReply, type Stack } from '../support/stack.js';

let stack: Stack;
beforeAll(async () => void (stack = await startStack({ worker: true })));
afterAll(() => stack.close());

test('a_question_that_takes_too_long_has_a_code_and_says_what_to_do', async () => {
  const reply = (await stack.sql.begin(async (tx) => {
    await tx`lock table deaths in access exclusive mode`;
    return stack.gql('{ deaths { nodes { id } } }');
  })) as GraphqlReply;
  expect(reply.errors?.[0]).toMatchObject({
    message: expect.stringContaining('longer than 15 s'),
    extensions: { code: 'store/statement-timeout' },
  });
}, 60_000);

test('no_label_of_a_metric_is_a_name_or_a_number_that_grows_with_the_fleet', async () => {
  for (const name of ['metrics-a', 'metrics-b']) {
    const host = await stack.enroll(name);
    await host.send(
      [100, 200, 300].flatMap((pid) => [
        described(life(pid), { comm: `odd-${name}-${pid}` }),
        exited(life(pid), 5_000 + pid),
      ]),
    );
  }
  await eventually(async () => (await stack.sql`select from pending_verdicts`).length === 0);
  const text = await (await stack.fetch('/metrics')).text();
  const samples = text.split('\n').filter((line) => line.startsWith('whodunit_'));
  const labels = new Set(samples.flatMap((line) => [...line.matchAll(/([a-z_]+)="/g)].map(([, label]) => label)));
  expect([...labels].sort()).toEqual(expect.arrayContaining(['kind', 'le']));
  expect([...labels].filter((label) => !['cause', 'change', 'kind', 'le', 'stream'].includes(label!))).toEqual([]);
  expect(text).not.toMatch(/metrics-a|odd-|pid="/);
  expect(samples.length).toBeLessThan(400);
});

test('live_is_not_ready_a_database_that_is_away_restarts_nobody', async () => {
  const [{ name } = { name: '' }] = await stack.sql<
    { name: string }[]
  >`select max(migration_name) as name from _prisma_migrations`;
  await stack.sql`update _prisma_migrations set migration_name = 'away' where migration_name = ${name}`;
  try {
    expect((await stack.fetch('/healthz', { token: null })).status).toBe(200);
    const answer = await stack.fetch('/readyz', { token: null });
    expect(answer.status).toBe(503);
    expect(await answer.json()).toMatchObject({ code: 'platform/not-ready' });
  } finally {
    await stack.sql`update _prisma_migrations set migration_name = ${name} where migration_name = 'away'`;
  }
});
