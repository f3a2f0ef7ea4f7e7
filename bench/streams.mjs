/**
 * `npm run bench -- streams`: 10,000 agents listen for commands at one API process. What one that waits costs in memory, how
 * long it takes until all are there, and one command to each, once.
 */
import { createHash, randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { command } from './streams/commands.mjs';
import { startHolders } from './streams/start-holders.mjs';
import { inspectHeap } from './support/heap.mjs';
import { until } from './support/processes.mjs';
import { startServer } from './support/server.mjs';
import { slope, sum } from './support/statistics.mjs';

const ours = 'whodunit';
const [streamsMax, quickStreams] = [10_000, 2_000];
/** Code is compiled, pools are filled: the first streams pay for what is there once. */
const warmUp = 500;
/** Memory is looked at after each: what a stream costs is the slope. */
const steps = 5;
const kibMax = 40;
const [settlingLooksMax, settledKib] = [10, 512];
const waitMs = 240_000;
/** Longer than from one beat of the streams to the next, with which what went missing would come again. */
const againMs = 12_000;

export const streamTools = [ours];

/** @typedef {{ streams: number, heapKib: number, rssKib: number }} Look */

/**
 * @param {{ quick: boolean, log: (line: string) => void, cleanups: import('./support/cleanups.mjs').Cleanups }} options
 */
export async function benchStreams({ quick, log, cleanups }) {
  const many = quick ? quickStreams : streamsMax;
  log('starting Postgres and API …');
  const server = await startServer(cleanups, { stepsBack: false, inspect: true });
  server.rest('worker');
  const { sql } = server;
  const look = await inspectHeap(server, 'main', cleanups);
  const credentials = await enrol(sql, warmUp + many);
  /** @type {Awaited<ReturnType<typeof startHolders>>[]} */
  const holders = [];
  const open = async (/** @type {number} */ from, /** @type {number} */ until_) => {
    const address = holders.length + 1;
    const holder = startHolders({ url: server.url, credentials: credentials.slice(from, until_), address }, cleanups);
    holders.push(holder);
    await holder.connect();
    await until('all streams are known', async () => (await held(sql)) === until_, waitMs);
  };
  await open(0, warmUp);

  /** @type {Look[]} */
  const looks = [{ streams: 0, ...(await settled(look)) }];
  let connectSeconds = 0;
  for (let step = 1; step <= steps; step += 1) {
    const [from, until_] = [step - 1, step].map((n) => warmUp + Math.round((many * n) / steps));
    const begin = performance.now();
    await open(/** @type {number} */ (from), /** @type {number} */ (until_));
    connectSeconds += (performance.now() - begin) / 1_000;
    looks.push({ streams: /** @type {number} */ (until_) - warmUp, ...(await look()) });
    log(shown(/** @type {Look} */ (looks.at(-1)), /** @type {Look} */ (looks[0])));
  }

  log('a command to each …');
  const asked = performance.now();
  await command(sql, warmUp, many);
  const total = async (/** @type {'reached' | 'received'} */ what) =>
    sum(await Promise.all(holders.map((holder) => holder.ask(what))));
  await until('a command has reached each', async () => (await total('reached')) === many, waitMs);
  const reachSeconds = (performance.now() - asked) / 1_000;
  await sleep(againMs);
  const received = await total('received');
  const [row] = await sql`select count(*)::int as n from job_commands where state = 'SENT' and sends = 1`;
  const isOnce = received === many && row?.['n'] === many;
  if (!isOnce) log(`${received} commands came to ${many} streams, ${row?.['n']} are marked as sent once`);
  return { figures: figuresOf({ many, looks, connectSeconds, reachSeconds, isOnce }), samples: { looks, received } };
}

/**
 * What the start took is given back bit by bit: a first look that has it would make streams look as if they cost nothing.
 * @param {() => Promise<Omit<Look, 'streams'>>} look
 */
async function settled(look) {
  let [now, before] = [await look(), Infinity];
  for (let n = 0; n < settlingLooksMax && before - now.rssKib > settledKib; n += 1) {
    before = now.rssKib;
    now = await look();
  }
  return now;
}

/** Streams that the database knows. @param {import('postgres').Sql} sql @returns {Promise<number>} */
async function held(sql) {
  return (await sql`select count(*)::int as n from command_streams`)[0]?.['n'];
}

/** Hosts with credentials, as enrolment leaves them. @param {import('postgres').Sql} sql @param {number} many */
async function enrol(sql, many) {
  const credentials = Array.from({ length: many }, () => `wd_host_${randomBytes(32).toString('base64url')}`);
  const digests = credentials.map((credential) => createHash('sha256').update(credential).digest('hex'));
  await sql`insert into hosts (machine_id, name) select md5(n::text), 'bench-' || n from generate_series(1, ${many}) n order by n`;
  await sql`insert into host_credentials (host_id, hash) select h.id, decode(d.digest, 'hex')
    from hosts h join unnest(${digests}::text[]) with ordinality d(digest, n) on h.name = 'bench-' || d.n`;
  return credentials;
}

/** @param {Look} now @param {Look} before */
function shown(now, before) {
  const each = (/** @type {'heapKib' | 'rssKib'} */ what) => ((now[what] - before[what]) / now.streams).toFixed(1);
  return `${now.streams} streams: ${each('heapKib')} KiB each in JavaScript, ${each('rssKib')} KiB resident`;
}

/**
 * @param {{ many: number, looks: readonly Look[], connectSeconds: number, reachSeconds: number, isOnce: boolean }} measured
 * @returns {import('./figures/figure.mjs').Figure[]}
 */
function figuresOf({ many, looks, connectSeconds, reachSeconds, isOnce }) {
  const each = (/** @type {'heapKib' | 'rssKib'} */ what) => slope(looks.map((one) => [one.streams, one[what]]));
  const [heap, resident] = [each('heapKib'), each('rssKib')];
  const limit = { unit: 'KiB', target: `≤ ${kibMax}` };
  return [
    {
      ...{ name: `an idle stream, of ${many}: resident`, ...limit },
      ...{ values: { [ours]: resident }, holds: resident <= kibMax },
    },
    { name: '  of JavaScript and its buffers', ...limit, values: { [ours]: heap }, holds: heap <= kibMax },
    { name: '  all connected and known after', unit: 's', values: { [ours]: connectSeconds } },
    {
      ...{ name: `one command to each of ${many}: the last after`, unit: 's', values: { [ours]: reachSeconds } },
      ...{ target: 'each, once', holds: isOnce },
    },
  ];
}
