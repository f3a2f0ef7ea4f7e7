import { once } from 'node:events';
import { request, type ClientRequest, type IncomingMessage } from 'node:http';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { admissionLimits } from '../../src/ingest/admission.js';
import { described, exited, life } from '../support/events.js';
import { eventually } from '../support/eventually.js';
import type { TestHost } from '../support/host.js';
import { startStack, type Stack } from '../support/stack.js';

let stack: Stack;
beforeAll(async () => void (stack = await startStack()));
afterAll(() => stack.close());

/** A delivery whose body comes when the test says so. */
function begin(host: TestHost): { asking: ClientRequest; finish: () => void; reply: Promise<IncomingMessage> } {
  const body = JSON.stringify(host.batch([described(life(10)), exited(life(10), 50)]));
  const asking = request(`${stack.url}/v1/batches`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${host.credential}`,
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
    },
  });
  asking.flushHeaders();
  const reply = once(asking, 'response').then(([response]) => (response as IncomingMessage).resume());
  reply.catch(() => undefined);
  return { asking, finish: () => void asking.end(body), reply };
}

test('a_host_that_sends_too_much_at_once_is_told_to_come_back_and_holds_up_no_other', async () => {
  const [mad, calm] = [await stack.enroll('pressure-mad'), await stack.enroll('pressure-calm')];
  const deliveries = Array.from({ length: admissionLimits.waitingPerHostMax + 2 }, () => begin(mad));
  const refused = await Promise.race(deliveries.map(({ reply }) => reply));
  expect(refused.statusCode).toBe(429);
  expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
  expect(refused.headers['content-type']).toContain('application/problem+json');
  expect((await calm.send([described(life(1))])).status).toBe(200);

  for (const { finish } of deliveries) finish();
  const statuses = await Promise.all(deliveries.map(async ({ reply }) => (await reply).statusCode));
  expect(statuses.toSorted()).toEqual([...Array<number>(deliveries.length - 1).fill(200), 429]);
  const [row] = await stack.sql`select count(*)::int as n from deaths where host_id = ${mad.id}`;
  expect(row).toEqual({ n: 1 });
});

test('whoever_leaves_while_it_holds_a_place_gives_it_back', async () => {
  const hosts = await Promise.all(
    Array.from({ length: admissionLimits.admittedMax }, (_, n) => stack.enroll(`pressure-silent-${n}`)),
  );
  const silent = hosts.map(begin);
  const last = await stack.enroll('pressure-last');
  // Taken, once the server has seen all of them: then the last one waits until somebody leaves.
  await eventually(() => silent.every(({ asking }) => asking.socket?.connecting === false));
  const waiting = last.send([described(life(1))]);
  for (const { asking } of silent) asking.destroy();
  expect((await waiting).status).toBe(200);
});
