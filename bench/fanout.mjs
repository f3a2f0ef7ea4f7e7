/**
 * `npm run bench -- fanout`: a job for each of 1,000 hosts, from asking to success, with all guards on, beside the rate at which
 * bare BullMQ on the same Postgres works off empty jobs.
 */
import { startAgents } from './fanout/agents.mjs';
import { bareQueue } from './fanout/bare-queue.mjs';
import { Client } from './fanout/client.mjs';
import { until } from './support/processes.mjs';
import { startServer } from './support/server.mjs';
import { median } from './support/statistics.mjs';

/** As many as people may ask for within an hour, of the whole fleet. */
const hostsMax = 1_000;
const quickHosts = 200;
/** Asked for before, of each a job: a server that runs has its code compiled, and so has BullMQ. */
const warmHosts = 200;
const askingAtOnce = 128;
const ours = 'whodunit';
const bare = 'BullMQ, empty jobs';
const shareMin = 0.25;
const waitMs = 120_000;

export const fanoutTools = [ours, bare];

/**
 * @param {{ quick: boolean, log: (line: string) => void, cleanups: import('./support/cleanups.mjs').Cleanups }} options
 */
export async function benchFanout({ quick, log, cleanups }) {
  const hosts = quick ? quickHosts : hostsMax;
  log('starting Postgres, API and worker …');
  const server = await startServer(cleanups, { stepsBack: false });
  await until('the worker has published its key', async () => (await keysOf(server)) > 0, 30_000);
  log(`enrolling ${hosts} hosts, opening their streams …`);
  const agents = await startAgents({ server, hosts, cleanups });
  const online = async () => (await server.sql`select 1 from command_streams`).length === hosts;
  await until('all streams are known', online, waitMs);

  log('warming up …');
  await bareQueue(server, cleanups);
  await fanOut(server, agents.names.slice(0, warmHosts));
  await letTimePass(server);

  const rates = [await bareQueue(server, cleanups)];
  log(`${hosts} jobs …`);
  const { seconds, latencies } = await fanOut(server, agents.names);
  rates.push(await bareQueue(server, cleanups));
  const received = await agents.stop();
  await check(server, hosts + warmHosts, received);
  return {
    figures: figuresOf(hosts / seconds, median(rates), latencies),
    samples: { [ours]: latencies, [bare]: rates },
    hosts,
  };
}

/** @param {import('./support/server.mjs').Server} server */
async function keysOf({ sql }) {
  return (await sql`select 1 from signing_keys`).length;
}

/** @param {import('./support/server.mjs').Server} server @param {readonly string[]} names */
async function fanOut(server, names) {
  const client = new Client(server.url, server.adminToken, askingAtOnce);
  const left = [...names];
  const begin = performance.now();
  const ask = async () => {
    for (let host = left.pop(); host !== undefined; host = left.pop()) {
      const body = { host, action: 'SIGNAL_PROCESS', pid: 200, signal: 15, reason: 'bench' };
      const { status, text } = await client.post('/v1/jobs', body);
      if (status !== 201) throw new Error(`A job was not taken (status ${status}): ${text}`);
    }
  };
  await Promise.all(Array.from({ length: askingAtOnce }, ask));
  const isDone = async () => (await server.sql`select 1 from jobs where ended_at is null limit 1`).length === 0;
  await until('every job is over', isDone, waitMs);
  const seconds = (performance.now() - begin) / 1_000;
  client.close();
  const ended = await server.sql`select extract(epoch from ended_at - created_at)::float8 * 1000 as ms from jobs
    where created_at > now() - interval '1 hour'`;
  return { seconds, latencies: ended.map(({ ms }) => ms) };
}

/** What was done so far counts for no cap and no rest any more. @param {import('./support/server.mjs').Server} server */
async function letTimePass({ sql }) {
  await sql`update jobs set created_at = created_at - interval '2 hours', ended_at = ended_at - interval '2 hours'`;
  await sql`update job_commands set created_at = created_at - interval '2 hours', sent_at = sent_at - interval '2 hours',
    ended_at = ended_at - interval '2 hours'`;
}

/**
 * A figure of jobs that went wrong is none.
 * @param {import('./support/server.mjs').Server} server @param {number} hosts as often as they were asked for a job
 * @param {number} received commands, repetitions included
 */
async function check({ sql }, hosts, received) {
  const [row] = await sql`select count(*)::int as jobs from jobs where state = 'SUCCEEDED'`;
  const kinds = await sql`select kind, count(*)::int as many from job_events group by kind`;
  const trail = Object.fromEntries(kinds.map(({ kind, many }) => [kind, many]));
  const whole = ['requested', 'signed', 'sent', 'accepted', 'succeeded'].every((kind) => trail[kind] === hosts);
  if (row?.['jobs'] === hosts && received === hosts && whole) return;
  throw new Error(
    `Of ${hosts} jobs ${row?.['jobs']} succeeded, ${received} commands came; trail: ${JSON.stringify(trail)}`,
  );
}

/** @param {number} mine @param {number} theirs @param {number[]} latencies @returns {import('./figures/figure.mjs').Figure[]} */
function figuresOf(mine, theirs, latencies) {
  const sorted = latencies.toSorted((a, b) => a - b);
  const at = (/** @type {number} */ share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
  return [
    {
      name: 'fan-out, request to success',
      unit: 'jobs/s',
      values: { [ours]: mine, [bare]: theirs },
      target: `≥ ${shareMin} of ${bare}`,
      holds: mine >= shareMin * theirs,
    },
    { name: '  stored to success, p50', unit: 'ms', values: { [ours]: at(0.5) } },
    { name: '  stored to success, p99', unit: 'ms', values: { [ours]: at(0.99) } },
  ];
}
