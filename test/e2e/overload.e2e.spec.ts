/**
 * Three times as much as the server can store: agents are slowed (they wait, or are told to come back) and none is failed, the API's
 * memory does not grow with what waits, and in the end everything is in. Four seconds by default; the whole run:
 *
 *     WHODUNIT_SECONDS=300 npx vitest run --project e2e-server test/e2e/overload.e2e.spec.ts
 */
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startFleet } from '../support/fleet.js';
import { keepStack, type StandingStack } from '../support/standing.js';

const overloadMs = Number(process.env['WHODUNIT_SECONDS'] ?? 4) * 1_000;
const measuringMs = 3_000;
const hosts = 50;
const times = 3;
/** A second; more than is stored here. */
const plenty = 20_000;
/** Node's heap grows until its first large collections; what waits would be more than that. */
const growthMaxMib = 300;

let stack: StandingStack;

beforeAll(async () => void (stack = await keepStack()), 300_000);
afterAll(() => stack?.close());

function residentMib(pid: number): number {
  const [, kib] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kib) / 1024;
}

test('three_times_its_capacity_slows_agents_and_fails_none', { timeout: 3 * overloadMs + 1_200_000 }, async () => {
  const { server, sql } = stack;
  const { url, adminToken, api } = server;
  const fleet = await startFleet({ routeOf: () => ({ urls: [url] }), adminToken, sql, hosts, eventsPerSecond: plenty });
  try {
    const stored = async () =>
      Number((await sql`select coalesce(sum(committed), 0) as n from ingest_cursors`)[0]!['n']);
    await sleep(2_000);
    const before = await stored();
    await sleep(measuringMs);
    const perSecond = Math.round(((await stored()) - before) / (measuringMs / 1_000));
    const warm = residentMib(api.pid());

    fleet.setRate(times * perSecond);
    const memory: number[] = [];
    const look = setInterval(() => memory.push(residentMib(api.pid())), 200);
    const began = performance.now();
    await sleep(overloadMs);
    await fleet.finish(1_000_000);
    clearInterval(look);
    const seconds = Math.round((performance.now() - began) / 1_000);
    const answers = [...fleet.answers].map(([status, count]) => `${count} × ${status}`).join(', ');
    console.log(
      `capacity ${perSecond}/s; ${fleet.produced()} events of ${hosts} hosts all in after ${seconds} s; API memory ` +
        `${Math.round(warm)} MiB, at most ${Math.round(Math.max(...memory))} MiB; answers: ${answers}`,
    );
    expect(fleet.refusals).toEqual([]);
    expect(Math.max(...memory)).toBeLessThan(warm + growthMaxMib);
    expect(await fleet.differences()).toEqual([]);
    expect(api.ownEnds()).toEqual([]);
  } finally {
    await fleet.close();
  }
});
