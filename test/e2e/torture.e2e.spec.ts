/**
 * kill -9 of API, worker and Postgres (the postmaster, or a backend), each at random moments, while hosts with the agent's own uplink
 * send: what was acknowledged is stored once, the ledgers balance, nothing needs a hand. Few kills by default; the whole run:
 *
 *     WHODUNIT_KILLS=100 npx vitest run --project e2e-server test/e2e/torture.e2e.spec.ts
 *
 * WHODUNIT_SECONDS ends the killing earlier, for a run in pieces. WHODUNIT_SEED repeats the victims and pauses of an earlier run
 * (not the machine's timing).
 */
import { setTimeout as sleep } from 'node:timers/promises';
import postgres, { type Sql } from 'postgres';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { applyMigrations } from '../../src/store/migrate.js';
import { eventually } from '../support/eventually.js';
import { startFleet } from '../support/fleet.js';
import { randomFrom, seedOf } from '../support/random.js';
import { keepPostgres, keepServer, type StandingPostgres, type StandingServer } from '../support/standing.js';

const kills = Number(process.env['WHODUNIT_KILLS'] ?? 3);
const secondsMax = Number(process.env['WHODUNIT_SECONDS'] ?? 3_600);
const seed = seedOf(process.env['WHODUNIT_SEED']);
const hosts = 50;
const eventsPerSecond = 5_000;
/** Between one's return and its next death, at most. */
const pauseMsMax = 3_000;
/** For what piled up while the machine was busy dying. */
const catchUpMs = 600_000;

let database: StandingPostgres;
let sql: Sql;
let server: StandingServer;

beforeAll(async () => {
  database = await keepPostgres();
  await applyMigrations(database.url, { log: () => undefined });
  sql = postgres(database.url, { max: 2, onnotice: () => undefined, backoff: () => 0.1 });
  server = await keepServer(database.url);
}, 300_000);

afterAll(async () => {
  await server?.close();
  await sql?.end({ timeout: 5 });
  await database?.stop();
});

test('kill_-9_of_everything_under_load_loses_and_doubles_nothing', { timeout: 3_600_000 }, async () => {
  const { url, adminToken, api, worker } = server;
  console.log(`seed ${seed}: up to ${kills} kills each of API, worker and Postgres`);
  const fleet = await startFleet({ routeOf: () => ({ urls: [url] }), adminToken, sql, hosts, eventsPerSecond });
  const victims = {
    api: () => api.kill(),
    worker: () => worker.kill(),
    postgres: (random: () => number) => database.kill(random() < 0.5 ? 'postmaster' : 'backend', random),
  };
  const began = performance.now();
  const elapsed = () => (performance.now() - began) / 1_000;
  const killing = Object.entries(victims).map(async ([name, kill], index) => {
    const random = randomFrom(seed + index);
    let killed = 0;
    for (; killed < kills && elapsed() < secondsMax; killed += 1) {
      await sleep(random() * pauseMsMax);
      await kill(random);
    }
    return `${killed} × ${name}`;
  });
  const killed = (await Promise.all(killing)).join(', ');
  const seconds = elapsed();
  await sleep(1_000);
  const backlog = fleet.waiting();
  await fleet.finish(catchUpMs);
  const answers = [...fleet.answers].map(([status, count]) => `${count} × ${status}`).join(', ');
  const ownEnds = [...api.ownEnds(), ...worker.ownEnds()];
  console.log(
    `killed: ${killed} in ${Math.round(seconds)} s; ${fleet.produced()} events of ${hosts} hosts; ` +
      `${backlog} waiting when the killing ended; answers: ${answers}; ${ownEnds.join(', ') || 'nothing ended by itself'}`,
  );

  expect(fleet.refusals).toEqual([]);
  expect(await fleet.differences()).toEqual([]);
  // The worker goes on by itself, whatever it was doing when it died.
  const undecided = async () => (await sql<{ n: number }[]>`select count(*)::int as n from pending_verdicts`)[0]!.n;
  const before = await undecided();
  await eventually(async () => before === 0 || (await undecided()) < before, 60_000);
  const reply = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { authorization: `Bearer ${adminToken}`, 'content-type': 'application/json' },
    body: JSON.stringify({ query: '{ hosts(first: 100) { nodes { name ledger { balanced } } } }' }),
  });
  const { data } = (await reply.json()) as { data: { hosts: { nodes: { ledger: { balanced: boolean } }[] } } };
  expect(data.hosts.nodes.map(({ ledger }) => ledger.balanced)).toEqual(Array(hosts).fill(true));
  await fleet.close();
});
