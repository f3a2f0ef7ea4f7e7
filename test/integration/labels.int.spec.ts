/** Labels of hosts: their agents set them; hosts and deaths are found by them. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { agentStart, described, ended, life } from '../support/events.js';
import { startStack, type Answer, type Stack } from '../support/stack.js';

let stack: Stack;
beforeAll(async () => {
  stack = await startStack();
});
afterAll(() => stack.close());

async function ask(query: string, labels: object[]): Promise<Answer> {
  const { data, errors } = await stack.gql(query, { labels });
  expect(errors).toBeUndefined();
  return data;
}
const role = (value: string) => ({ key: 'role', value });

test('of_agents_find_hosts_and_deaths', async () => {
  for (const [name, labels] of [
    ['db-1', [role('db'), { key: 'env', value: 'prod' }]],
    ['web-1', [role('web')]],
  ] as const) {
    const host = await stack.enroll(name);
    await host.send([agentStart(1, { labels: [...labels] }), described(life(100)), ended(life(100), 5_000, 9)]);
  }
  const hosts =
    'query ($labels: [LabelSelector!]) { hosts(filter: { labels: $labels }) { nodes { name labels { key value } } } }';
  expect((await ask(hosts, [role('db'), { key: 'env', value: 'prod' }])).hosts.nodes).toEqual([
    { name: 'db-1', labels: expect.arrayContaining([role('db'), { key: 'env', value: 'prod' }]) },
  ]);
  const deaths =
    'query ($labels: [LabelSelector!]) { deaths(filter: { labels: $labels }) { nodes { host { name } } } }';
  expect((await ask(deaths, [role('web')])).deaths.nodes).toEqual([{ host: { name: 'web-1' } }]);
  expect((await ask(deaths, [role('web'), role('db')])).deaths.nodes).toEqual([]);
});

test('stay_where_an_agent_knows_none_and_go_where_it_has_none_any_more', async () => {
  const host = await stack.enroll('db-2');
  const shown = async () => (await stack.gql('{ host(name: "db-2") { labels { key value } } }')).data.host.labels;
  await host.send([agentStart(1, { labels: [role('db')] })]);
  await host.send([agentStart(2)]);
  expect(await shown()).toEqual([role('db')]);
  await host.send([agentStart(3, { labels: [] })]);
  expect(await shown()).toEqual([]);
});

test.each([[{ key: 'a b', value: '' }], [{ key: '', value: 'x' }], [{ key: 'a', value: 'x'.repeat(256) }]])(
  'that_are_none_are_refused: %j',
  async (label) => {
    const host = await stack.enroll('odd');
    expect(await host.send([agentStart(1, { labels: [label] })])).toMatchObject({ status: 400 });
  },
);
