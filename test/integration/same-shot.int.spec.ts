/** The other victims of one `pkill`, in the evidence and in the API. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Event } from '../../src/contract/index.js';
import { described, ended, exited, life, signalled } from '../support/events.js';
import { eventually } from '../support/eventually.js';
import type { TestHost } from '../support/host.js';
import { startStack, type Answer, type Stack } from '../support/stack.js';

let stack: Stack;
let host: TestHost;

beforeAll(async () => {
  stack = await startStack({ worker: true });
  host = await stack.enroll('box');
});
afterAll(() => stack.close());

const pkill = life(90, 90);
const atMs = 5_000;

/** `pkill -9 nginx`: 14 victims within 14 ms; one more was dead already, and one was hit ten seconds later. */
const story: Event[] = [
  described(pkill, { comm: 'pkill', args: ['pkill', '-9', 'nginx'] }),
  ...Array.from({ length: 16 }, (_, n) => described(life(100 + n), { comm: 'nginx' })),
  ...Array.from({ length: 14 }, (_, n) => [
    signalled(life(100 + n), atMs + n, 9, { sender: pkill }),
    ended(life(100 + n), atMs + n + 0.5, 9),
  ]).flat(),
  signalled(life(114), atMs, 9, { sender: pkill, result: 'ignored' }),
  signalled(life(115), atMs + 10_000, 9, { sender: pkill }),
  ended(life(115), atMs + 10_001, 9),
];

async function ask(pid: number, fields: string): Promise<Answer> {
  const { data, errors } = await stack.gql(`query ($pid: Int!) { whoKilled(host: "box", pid: $pid) { ${fields} } }`, {
    pid,
  });
  expect(errors).toBeUndefined();
  return data.whoKilled;
}

const also = async (pid: number): Promise<string[]> => {
  const { verdict } = await ask(pid, 'verdict { evidence { kind text } }');
  return verdict.evidence.filter((item: Answer) => item.kind === 'also').map((item: Answer) => item.text);
};

test('the_evidence_names_the_others_and_counts_the_rest', async () => {
  await host.send(story);
  await eventually(async () => (await stack.sql`select from deaths where engine is null`).length === 0);
  expect(await also(100)).toEqual([
    'The same SIGKILL also hit nginx (pid 101), nginx (pid 102), nginx (pid 103), nginx (pid 104), nginx (pid 105) and 8 more.',
  ]);
  expect((await also(113))[0]).toMatch(/^The same SIGKILL also hit nginx \(pid 100\), .* and 8 more\.$/);
  expect(await also(115)).toEqual([]);
});

test('the_api_has_them_all_in_pages', async () => {
  const pids: number[] = [];
  let after: string | null = null;
  do {
    const args: string = after === null ? 'first: 5' : `first: 5, after: "${after}"`;
    const { sameShot }: Answer = await ask(
      105,
      `sameShot(${args}) { nodes { target { pid death { verdict { cause } } } } pageInfo { hasNextPage endCursor } }`,
    );
    pids.push(...sameShot.nodes.map(({ target }: Answer) => target.pid));
    expect(sameShot.nodes.every(({ target }: Answer) => target.death.verdict.cause === 'SIGNALED')).toBe(true);
    after = sameShot.pageInfo.hasNextPage ? sameShot.pageInfo.endCursor : null;
  } while (after !== null);
  expect(pids).toEqual(Array.from({ length: 14 }, (_, n) => 100 + n).filter((pid) => pid !== 105));
});

test('a_death_that_nobody_else_caused_has_none', async () => {
  await host.send([described(life(200)), exited(life(200), 6_000, 1)]);
  expect((await ask(200, 'sameShot { nodes { id } pageInfo { hasNextPage } }')).sameShot).toEqual({
    nodes: [],
    pageInfo: { hasNextPage: false },
  });
});
