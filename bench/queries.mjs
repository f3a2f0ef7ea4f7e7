/**
 * `npm run bench -- queries`: whoKilled and the first page of a filtered `deaths` through everything, beside a bare HTTP handler that
 * runs the same SQL; against ten times the history; and far down a list against its first page.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { Agent } from 'node:http';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { fillHistory, hostsOf, killedOneIn, lifeOf } from './queries/history.mjs';
import { post } from './support/http.mjs';
import { endChild } from './support/processes.mjs';
import { startServer } from './support/server.mjs';
import { median, quantile } from './support/statistics.mjs';

const ours = 'whodunit';
const bare = 'node:http, pg';
const [p50Max, p99Max, growthMax, depthMax] = [2, 3, 1.3, 1.2];
/** Requests of one kind that follow one another before it is another's turn. */
const turn = 25;
const pageSize = 50;
const deepPage = 1_000;

export const queryTools = [ours, bare];

const fields = `id diedAt exitCode signal { number name }`;
const process_ = `process { pid comm exe args unit startedAt }`;
/** @type {Record<string, string>} */
const queries = {
  whoKilled: `query ($host: String!, $pid: Int!) { whoKilled(host: $host, pid: $pid) { ${fields} ${process_}
    verdict { cause confidence summary actor { kind process { pid comm } } evidence { kind at text } } } }`,
  deaths: `query ($filter: DeathFilter) { deaths(filter: $filter, first: ${pageSize}) { nodes { ${fields} host { name } ${process_}
    verdict { cause confidence summary actor { kind } } } pageInfo { hasNextPage endCursor } } }`,
  page: `query ($after: String) { deaths(first: ${pageSize}, after: $after) { nodes { ${fields} verdict { cause } } pageInfo { endCursor } } }`,
};

/**
 * @param {{ quick: boolean, log: (line: string) => void, cleanups: import('./support/cleanups.mjs').Cleanups }} options
 */
export async function benchQueries({ quick, log, cleanups }) {
  const [few, many] = quick ? [100_000, 1_000_000] : [1_000_000, 10_000_000];
  const requests = quick ? 500 : 2_000;
  log('starting Postgres and API …');
  const server = await startServer(cleanups, { stepsBack: false });
  server.rest('worker');
  const ask = await askers(server, cleanups);
  /** @type {Record<string, Record<string, number[]>[]>} */
  const samples = {};
  for (const [from, lives] of /** @type {const} */ ([
    [0, few],
    [few, many],
  ])) {
    log(`making a history of ${lives} lives …`);
    await fillHistory(server.databaseUrl, { from, lives, most: many });
    for (const name of ['whoKilled', 'deaths']) {
      log(`${name}, ${lives} lives: ${requests} requests each`);
      (samples[name] ??= []).push(await compare(ask, name, { lives, requests, hosts: hostsOf(many) }));
    }
  }
  log(`page ${deepPage} against page 1`);
  const pages = await comparePages(ask[ours], server.sql, requests);
  return { figures: figuresOf(samples, pages, [few, many]), samples: { ...samples, pages } };
}

/**
 * @param {Pick<import('./support/server.mjs').Server, 'url' | 'databaseUrl' | 'adminToken'>} server
 * @param {import('./support/cleanups.mjs').Cleanups} cleanups
 */
async function askers(server, cleanups) {
  const peer = await startBare(server.databaseUrl, cleanups);
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  cleanups.defer(() => agent.destroy());
  const authorization = `Bearer ${server.adminToken}`;
  return {
    [ours]: (/** @type {string} */ name, /** @type {object} */ variables) =>
      answerOf(`${server.url}/graphql`, { query: queries[name], variables }, { agent, authorization }),
    [bare]: (/** @type {string} */ name, /** @type {object} */ variables) =>
      answerOf(peer, { name, variables }, { agent, authorization }),
  };
}

/** @param {string} databaseUrl @param {import('./support/cleanups.mjs').Cleanups} cleanups */
async function startBare(databaseUrl, cleanups) {
  const child = fork(join(import.meta.dirname, 'queries/bare.mjs'), {
    env: { ...process.env, DATABASE_URL: databaseUrl },
  });
  cleanups.defer(() => endChild(child));
  const [port] = await once(child, 'message');
  return `http://127.0.0.1:${port}/`;
}

/** @typedef {(name: string, variables: object) => Promise<{ ms: number, body: any }>} Ask */

/**
 * Both in turns, each with the same questions; the answers are the same, or it is no comparison.
 * @param {Record<string, Ask>} ask @param {string} name @param {{ lives: number, requests: number, hosts: number }} how
 */
async function compare(ask, name, { lives, requests, hosts }) {
  const variablesOf = (/** @type {number} */ n) => {
    // Victims of a signal, from all of the history, on each host in turn.
    const perHost = Math.floor(lives / hosts / killedOneIn);
    const life = lifeOf(((n * 7_919) % perHost) * killedOneIn * hosts + (n % hosts), hosts);
    return name === 'whoKilled' ? life : { filter: { host: life.host, cause: ['SIGNALED'] } };
  };
  for (let n = 0; n < 200; n += 1) {
    const answers = await Promise.all(
      queryTools.map(async (tool) => (await ask[tool]?.(name, variablesOf(n)))?.body.data),
    );
    if (isDeepStrictEqual(answers[0], answers[1])) continue;
    throw new Error(`They answer differently:\n${answers.map((answer) => JSON.stringify(answer)).join('\n')}`);
  }
  const timeOf = async (/** @type {string} */ tool, /** @type {number} */ n) =>
    (await /** @type {Ask} */ (ask[tool])(name, variablesOf(n))).ms;
  /** @type {Record<string, number[]>} */
  const times = { [ours]: [], [bare]: [] };
  for (let begin = 0; begin < requests; begin += turn) {
    for (const tool of (begin / turn) % 2 === 0 ? queryTools : queryTools.toReversed())
      for (let n = begin; n < begin + turn; n += 1) times[tool]?.push(await timeOf(tool, n));
  }
  return times;
}

/** @param {Ask} ask @param {import('postgres').Sql} sql @param {number} requests */
async function comparePages(ask, sql, requests) {
  const [row] = await sql`select extract(epoch from died_at) * 1000 as at, boot, pid, start_ns::text from deaths
    order by died_at desc, boot desc, pid desc, start_ns desc offset ${(deepPage - 1) * pageSize - 1} limit 1`;
  const key = ['deaths', Math.round(row?.['at']), row?.['boot'], row?.['pid'], row?.['start_ns']];
  const after = Buffer.from(JSON.stringify(key.map(String))).toString('base64url');
  /** @type {Record<string, number[]>} */
  const times = { first: [], deep: [] };
  for (let n = 0; n < requests; n += 1) {
    const [first, deep] =
      n % 2 === 0
        ? [await ask('page', {}), await ask('page', { after })]
        : [await ask('page', { after }), await ask('page', {})].toReversed();
    times['first']?.push(/** @type {any} */ (first).ms);
    times['deep']?.push(/** @type {any} */ (deep).ms);
  }
  return times;
}

/**
 * @param {string} url @param {object} body @param {{ agent: Agent, authorization: string }} how
 * @returns {Promise<{ ms: number, body: any }>}
 */
async function answerOf(url, body, how) {
  const { ms, status, text } = await post(url, body, how);
  const answer = status === 200 ? JSON.parse(text) : {};
  if (!answer.data || answer.errors) throw new Error(`status ${status}: ${text}`);
  return { ms, body: answer };
}

/**
 * @param {Record<string, Record<string, number[]>[]>} samples @param {Record<string, number[]>} pages @param {readonly number[]} sizes
 * @returns {import('./figures/figure.mjs').Figure[]}
 */
function figuresOf(samples, pages, sizes) {
  const unit = 'ms';
  const figures = Object.entries(samples).flatMap(([name, bySize]) => {
    const ofSizes = bySize.flatMap((times, index) =>
      /** @type {const} */ ([
        ['p50', 0.5, p50Max],
        ['p99', 0.99, p99Max],
      ]).map(([label, share, most]) => {
        const values = { [ours]: quantile(times[ours] ?? [], share), [bare]: quantile(times[bare] ?? [], share) };
        const holds = /** @type {number} */ (values[ours]) <= most * /** @type {number} */ (values[bare]);
        return {
          name: `${name}, ${millions(sizes[index] ?? 0)} lives, ${label}`,
          unit,
          values,
          target: `≤ ${most} of ${bare}`,
          holds,
        };
      }),
    );
    const [few = NaN, many = NaN] = bySize.map((times) => median(times[ours] ?? []));
    const growth = { name: `  ${name}: more history over less`, unit: '×', values: { [ours]: many / few } };
    return [...ofSizes, { ...growth, target: `≤ ${growthMax}`, holds: many <= growthMax * few }];
  });
  const [first, deep] = [median(pages['first'] ?? []), median(pages['deep'] ?? [])];
  const depth = { name: `page ${deepPage} over page 1, p50`, unit: '×', values: { [ours]: deep / first } };
  return [...figures, { ...depth, target: `≤ ${depthMax}`, holds: deep <= depthMax * first }];
}

/** @param {number} lives */
const millions = (lives) => `${lives / 1_000_000} M`;
