/**
 * SIGTERM under load: what the API has begun to read is answered, streams are ended so that agents go elsewhere, the worker leaves
 * what it does in order; both exit with 0 in time. What follows is the next process' work, and nothing is lost or doubled.
 */
import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually } from '../support/eventually.js';
import { described, exited, life } from '../support/events.js';
import { startFleet } from '../support/fleet.js';
import { enrollHost, type TestHost } from '../support/host.js';
import { keepStack, type StandingStack } from '../support/standing.js';

/** src/platform/lifecycle.ts: after that it would end with 1. */
const drainMsMax = 10_000;

let stack: StandingStack;

beforeAll(async () => void (stack = await keepStack()), 300_000);
afterAll(() => stack?.close());

const headersOf = (host: TestHost) => ({ authorization: `Bearer ${host.credential}` });

/** A batch of which the API has half. */
async function half(host: TestHost) {
  const body = JSON.stringify(host.batch([described(life(10)), exited(life(10), 50)]));
  const headers = { ...headersOf(host), 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
  const asking = request(`${stack.server.url}/v1/batches`, { method: 'POST', headers });
  const reply = once(asking, 'response').then(([response]) => (response as IncomingMessage).resume().statusCode);
  reply.catch(() => undefined);
  asking.write(body.slice(0, 40));
  return { reply, finish: () => void asking.end(body.slice(40)) };
}

/** A command stream, and how it ends. */
async function listen(host: TestHost): Promise<{ readonly how: Promise<string> }> {
  const asking = request(`${stack.server.url}/v1/commands`, {
    headers: { ...headersOf(host), accept: 'text/event-stream' },
  }).end();
  const [response] = (await once(asking, 'response')) as [IncomingMessage];
  response.resume();
  const how = once(response, 'end').then(
    () => 'ended',
    (error: unknown) => String(error),
  );
  return { how };
}

test('sigterm_under_load_answers_what_was_begun_and_loses_nothing', { timeout: 300_000 }, async () => {
  const { server, sql } = stack;
  const { url, adminToken, api, worker } = server;
  const asAdmin = (at: string, init: RequestInit & { token?: string | null } = {}) =>
    fetch(`${url}${at}`, {
      ...init,
      headers: {
        authorization: `Bearer ${init.token ?? adminToken}`,
        ...(init.body ? { 'content-type': 'application/json' } : {}),
      },
    });
  const [slow, listening] = [
    await enrollHost({ fetch: asAdmin }, 'slow'),
    await enrollHost({ fetch: asAdmin }, 'ears'),
  ];
  const routeOf = () => ({ urls: [url] as const });
  const fleet = await startFleet({ routeOf, adminToken, sql, hosts: 10, eventsPerSecond: 1_000 });
  try {
    await eventually(() => (fleet.answers.get('200') ?? 0) > 20);
    // The worker is at work, too.
    await eventually(async () => (await sql`select 1 from deaths where engine is not null limit 1`).length > 0);
    const [begun, stream] = [await half(slow), await listen(listening)];
    await sleep(200);

    const at = performance.now();
    const [apiExit, workerExit] = [api.stop(), worker.stop()];
    begun.finish();
    expect(await begun.reply).toBe(200);
    expect(await stream.how).toBe('ended');
    expect(await Promise.all([apiExit, workerExit])).toEqual([0, 0]);
    expect(performance.now() - at).toBeLessThan(drainMsMax);

    await api.start();
    await worker.start();
    await fleet.finish(60_000);
    expect(fleet.refusals).toEqual([]);
    expect(await fleet.differences()).toEqual([]);
    const [row] = await sql`select count(*)::int as n from deaths where host_id = ${slow.id}`;
    expect(row).toEqual({ n: 1 });
    // Also those that the first worker had in hand.
    await eventually(async () => {
      const [{ n } = { n: -1 }] = await sql<{ n: number }[]>`select count(*)::int as n from pending_verdicts`;
      return n === 0;
    }, 120_000);
  } finally {
    await fleet.close();
  }
});
