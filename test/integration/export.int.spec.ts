/** `GET /v1/export` over a real connection. */
import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { described, ended, exited, life } from '../support/events.js';
import { eventually } from '../support/eventually.js';
import type { TestHost } from '../support/host.js';
import { seedDeaths } from '../support/many-deaths.js';
import { heldBytes } from '../support/memory.js';
import { ocsfComplaints } from '../support/ocsf.js';
import { startStack, type Answer, type Stack } from '../support/stack.js';

let stack: Stack;
let box: TestHost;
/** A million: `WHODUNIT_EXPORT_DEATHS=1000000`, some minutes. */
const many = Number(process.env['WHODUNIT_EXPORT_DEATHS'] ?? 3_000);
/** How often memory is looked at. */
const looks = 10;
const mebibyte = 1024 * 1024;

beforeAll(async () => {
  stack = await startStack();
  box = await stack.enroll('box');
  const other = await stack.enroll('other');
  for (const [host, exe] of [
    [box, '/usr/bin/redis-server'],
    [other, '/usr/bin/postgres'],
  ] as const) {
    const pids = Array.from({ length: 20 }, (_, index) => 1_000 + index);
    const { status } = await host.send(
      pids.flatMap((pid) => [
        described(life(pid), { comm: 'server', exe, args: [exe, 'a\nb'] }),
        pid % 2 === 0 ? ended(life(pid), 10_000 + pid, 9) : exited(life(pid), 10_000 + pid),
      ]),
    );
    expect(status).toBe(200);
  }
});
afterAll(() => stack.close());

async function lines(query = ''): Promise<Answer[]> {
  const reply = await stack.fetch(`/v1/export${query}`);
  expect(reply.status, await reply.clone().text()).toBe(200);
  expect(reply.headers.get('content-type')).toBe('application/x-ndjson; charset=utf-8');
  const text = await reply.text();
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line));
}

async function problem(query: string, init?: { token: string | null }): Promise<Answer> {
  const reply = await stack.fetch(`/v1/export${query}`, init);
  return { status: reply.status, ...((await reply.json()) as object) };
}

test('gives_every_death_once_newest_first', async () => {
  const deaths = await lines();
  expect(deaths).toHaveLength(40);
  expect(new Set(deaths.map(({ id }) => id)).size).toBe(40);
  expect(deaths.map(({ diedAt }) => diedAt)).toEqual(
    deaths
      .map(({ diedAt }) => diedAt)
      .toSorted()
      .toReversed(),
  );
  expect(deaths[0]).toMatchObject({
    host: { name: expect.stringMatching(/^(box|other)$/) },
    process: { pid: 1_019, args: [expect.any(String), 'a\nb'] },
    verdict: { cause: 'EXITED', actor: { kind: 'SELF' } },
  });
});

test.each([
  ['?host=box', 20],
  ['?host=box&signal=9', 10],
  ['?exe=postgres&limit=7', 7],
  ['?pid=1004', 2],
  ['?since=2026-11-20T09:00:11.010%2B01:00&until=2026-11-20T08:00:11.012Z', 4],
  ['?cause=EXITED,FAILED&cause=SIGNALED', 0],
])('chooses_by_%s', async (query, count) => {
  // Nothing is decided yet: no worker has run.
  expect(await lines(query)).toHaveLength(count);
});

test('goes_on_after_the_last_line_that_arrived', async () => {
  const whole = (await lines()).map(({ id }) => id);
  const first = (await lines('?limit=13')).map(({ id }) => id);
  const rest = (await lines(`?after=${first.at(-1)}`)).map(({ id }) => id);
  expect([...first, ...rest]).toEqual(whole);
});

test.each([
  ['ocsf', (line: Answer) => line.metadata.uid],
  ['ecs', (line: Answer) => line.event.id],
  [
    'otel',
    (line: Answer) =>
      line.resourceLogs[0].scopeLogs[0].logRecords[0].attributes.find(({ key }: Answer) => key === 'whodunit.death.id')
        .value.stringValue,
  ],
])('says_the_same_deaths_as_%s', async (format, idOf) => {
  const ids = (await lines(`?format=${format}`)).map(idOf);
  expect(ids).toEqual((await lines()).map(({ id }) => id));
});

test('is_compressed_where_the_client_takes_that', async () => {
  const response = await open('?host=box', { 'accept-encoding': 'gzip' });
  expect(response.headers['content-encoding']).toBe('gzip');
  response.destroy();
});

describe('what is refused', () => {
  test.each([
    ['?format=xml', 400, 'history/bad-request', 'format'],
    ['?since=yesterday', 400, 'history/bad-request', 'since'],
    ['?since=2026-11-20T08:00:00Z&until=2026-11-19T08:00:00Z', 400, 'history/bad-request', 'until'],
    ['?limit=0', 400, 'history/bad-request', 'limit'],
    ['?signal=KILL', 400, 'history/bad-request', 'signal'],
    ['?cause=OOM', 400, 'history/bad-request', 'cause'],
    ['?hots=box', 400, 'history/bad-request', 'hots'],
    ['?host=nowhere', 404, 'history/unknown-host', 'nowhere'],
    ['?after=1.2.3', 404, 'history/unknown-death', 'after'],
    ['?after=x', 404, 'history/unknown-death', 'after'],
  ])('%s', async (query, status, code, named) => {
    expect(await problem(query)).toMatchObject({ status, code, detail: expect.stringContaining(named) });
  });

  test('nobody_without_a_token_and_no_agent', async () => {
    expect((await problem('', { token: null })).status).toBe(401);
    expect((await problem('', { token: box.credential })).status).toBe(403);
  });
});

function open(query: string, headers: Record<string, string> = {}): Promise<IncomingMessage> {
  const request = get(`${stack.url}/v1/export${query}`, {
    headers: { authorization: `Bearer ${stack.adminToken}`, ...headers },
  });
  return once(request, 'response').then(([response]) => response as IncomingMessage);
}

test(
  'streams_many_and_those_who_hang_up_or_dawdle_hold_up_nobody_for_ever',
  async () => {
    const busy = await stack.enroll('busy');
    const all = await seedDeaths(stack.sql, busy, many);

    const dawdlers = await Promise.all(Array.from({ length: 4 }, () => open('?host=busy')));
    expect(await problem('')).toMatchObject({ status: 429, code: 'history/busy' });
    for (const response of dawdlers) response.destroy();
    const response = await eventually(async () => {
      const next = await open('?host=busy&format=ocsf');
      if (next.statusCode === 200) return next;
      next.resume();
      return null;
    });

    let [count, bytes] = [0, 0];
    const held: number[] = [];
    const resident: number[] = [];
    const startedAt = performance.now();
    for await (const line of createInterface({ input: response })) {
      const complaints = ocsfComplaints(JSON.parse(line) as Record<string, unknown>);
      if (complaints.length > 0) throw new Error(`line ${count}: ${complaints.join(', ')}`);
      count += 1;
      bytes += line.length + 1;
      if (count % Math.floor(all / looks) > 0) continue;
      resident.push(process.memoryUsage().rss);
      held.push(heldBytes());
    }
    const seconds = (performance.now() - startedAt) / 1_000;
    const inMebibytes = (list: readonly number[]) => list.map((each) => Math.round(each / mebibyte));
    if (many > 3_000) console.log({ count, seconds, bytes, held: inMebibytes(held), resident: inMebibytes(resident) });
    expect(response.complete).toBe(true);
    expect(count).toBe(all);
    // Whatever has come by then, at the first tenth as at the last.
    expect(Math.max(...held) - held[0]!).toBeLessThan(16 * mebibyte);
    expect(Math.max(...resident) - resident[0]!).toBeLessThan(128 * mebibyte);
  },
  60_000 + many,
);
