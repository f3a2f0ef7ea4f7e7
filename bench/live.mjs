/**
 * `npm run bench -- live`: from a kill to the message of a subscription that tells of the death and its verdict, beside one committed row and
 * one message over a WebSocket and back. Once as an agent posts it, and once with the agent and a real kill.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { Agent } from 'node:http';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { watchDeaths } from './live/deaths.mjs';
import { startReference } from './live/reference.mjs';
import { post } from './support/http.mjs';
import { endChild, until } from './support/processes.mjs';
import { startServer } from './support/server.mjs';
import { simulatedHost } from './support/simulated-fleet.mjs';
import { median, quantile } from './support/statistics.mjs';
import { agent } from './tracers/agent.mjs';

const ours = 'whodunit';
const reference = 'commit and WebSocket';
const timesMax = 3;
const warmUp = 20;

export const liveTools = [ours, reference];

/**
 * @param {{ quick: boolean, log: (line: string) => void, cleanups: import('./support/cleanups.mjs').Cleanups }} options
 */
export async function benchLive({ quick, log, cleanups }) {
  log('starting Postgres, API and worker …');
  const server = await startServer(cleanups, { stepsBack: false });
  const refer = await startReference(server.databaseUrl, cleanups);
  log('a batch with a death → a message with its verdict');
  const posted = await timeBatches(server, refer, { times: quick ? 60 : 200, cleanups });
  log('a kill → a message, with the agent');
  const killed = await timeKills(server, refer, { times: quick ? 15 : 30, cleanups });
  return { figures: figuresOf(posted, killed), samples: { posted, killed } };
}

/** @typedef {Record<'ours' | 'reference', number[]>} Times ms */
/** @typedef {{ times: number, cleanups: import('./support/cleanups.mjs').Cleanups }} How */

/** @param {import('./support/server.mjs').Server} server @param {() => Promise<number>} refer @param {How} how @returns {Promise<Times>} */
async function timeBatches(server, refer, { times, cleanups }) {
  const host = simulatedHost(0);
  const response = await fetch(`${server.url}/v1/enroll`, {
    method: 'POST',
    headers: { authorization: `Bearer ${await server.enrollToken()}`, 'content-type': 'application/json' },
    body: JSON.stringify({ name: host.name, machineId: host.machineId }),
  });
  const authorization = `Bearer ${/** @type {any} */ (await response.json()).credential}`;
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  cleanups.defer(() => agent.destroy());
  const send = async (/** @type {Buffer} */ body) => {
    const { status, text } = await post(`${server.url}/v1/batches`, body, { agent, authorization });
    if (status !== 200) throw new Error(`A batch was refused (status ${status}): ${text}`);
  };
  await send(host.opening());
  const told = await watchDeaths(server, host.name, cleanups);
  return inTurns(times, refer, async () => {
    const { pid, body } = host.kill();
    const message = told(pid);
    const begin = performance.now();
    const [at] = await Promise.all([message, send(body)]);
    return at - begin;
  });
}

/** @param {import('./support/server.mjs').Server} server @param {() => Promise<number>} refer @param {How} how @returns {Promise<Times>} */
async function timeKills(server, refer, { times, cleanups }) {
  const { sql } = server;
  const tracer = agent(server);
  const reason = tracer.whyNot();
  if (reason !== undefined) throw new Error(`The agent cannot run: it ${reason}.`);
  const tracing = await tracer.start();
  cleanups.defer(() => tracing.stop());
  const [host] = await sql`select name from hosts order by id desc limit 1`;
  const told = await watchDeaths(server, host?.['name'], cleanups);
  return inTurns(times, refer, async () => {
    const victim = spawn('sleep', ['600'], { stdio: 'ignore' });
    const pid = victim.pid ?? 0;
    try {
      const isKnown = async () =>
        (await sql`select 1 from processes where pid = ${pid} and ended_at is null`).length > 0;
      await until('the process is known', isKnown, 10_000);
      // At any moment of an idle agent's second: it has just looked.
      await sleep(1_000 + Math.random() * 1_000);
      const gone = once(victim, 'exit');
      const message = told(pid);
      const begin = performance.now();
      process.kill(pid, 'SIGKILL');
      const [at] = await Promise.all([message, gone]);
      return at - begin;
    } finally {
      await endChild(victim, 'SIGKILL');
    }
  });
}

/**
 * Ours and the reference alternate; the first few only warm up.
 * @param {number} times @param {() => Promise<number>} refer @param {() => Promise<number>} tell @returns {Promise<Times>}
 */
async function inTurns(times, refer, tell) {
  /** @type {Times} */
  const samples = { ours: [], reference: [] };
  for (let n = -Math.min(warmUp, times); n < times; n += 1) {
    const [mine, theirs] = n % 2 === 0 ? [await tell(), await refer()] : [await refer(), await tell()].toReversed();
    if (n < 0) continue;
    samples.ours.push(/** @type {number} */ (mine));
    samples.reference.push(/** @type {number} */ (theirs));
  }
  return samples;
}

/** What the agent says (agent/src/limits.ts) that it waits at most for others to come before it sends. */
function flushMs() {
  const text = readFileSync(join(import.meta.dirname, '../agent/src/limits.ts'), 'utf8');
  return Number(/^ {2}flushMs: (\d+),$/m.exec(text)?.[1]);
}

/** @param {Times} posted @param {Times} killed @returns {import('./figures/figure.mjs').Figure[]} */
function figuresOf(posted, killed) {
  const of = (/** @type {Times} */ times, /** @type {number} */ share) => ({
    [ours]: quantile(times.ours, share),
    [reference]: quantile(times.reference, share),
  });
  const most = timesMax * median(posted.reference);
  const window = flushMs();
  const mostOfKill = timesMax * median(killed.reference) + window;
  const unit = 'ms';
  return [
    {
      ...{ name: 'batch → message with its verdict, p50', unit, values: of(posted, 0.5) },
      ...{ target: `≤ ${timesMax} × ${reference}`, holds: median(posted.ours) <= most },
    },
    { name: '  p99', unit, values: of(posted, 0.99) },
    {
      ...{ name: 'kill -9 → message, with the agent, p50', unit, values: of(killed, 0.5) },
      ...{ target: `≤ ${window} ms + ${timesMax} × ${reference}`, holds: median(killed.ours) <= mostOfKill },
    },
    { name: '  largest', unit, values: of(killed, 0.999) },
  ];
}
