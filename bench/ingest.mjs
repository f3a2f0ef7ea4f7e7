/**
 * `npm run bench -- ingest`: from gzip batches of 200 hosts to committed rows, beside `psql \copy` of those very rows into
 * the same tables with the same indexes; and what a life takes on disk, beside one plain table of all its columns.
 */
import { request, Agent } from 'node:http';
import { join } from 'node:path';
import { residentKib, run } from './support/processes.mjs';
import { startServer } from './support/server.mjs';
import { simulatedHost } from './support/simulated-fleet.mjs';
import { median } from './support/statistics.mjs';

const hostsCount = 200;
/** About what an agent sends that has something to catch up with (agent/src/limits.ts: half a MiB). */
const livesPerBatch = 500;
const ours = 'whodunit';
const copy = 'psql \\copy';
const plain = 'one plain table';
const shareMin = 0.8;
const bytesMax = 200;
const plainShareMax = 0.5;
const growthMax = 1.25;

export const ingestTools = [ours, copy, plain];

/** Whatever a batch of lives and deaths writes, parents before children. */
const tables = ['boots', 'images', 'contexts', 'lives', 'verdicts', 'signals', 'former_images', 'pending_verdicts'];
/** The API remembers what is in these: rows stay, and what a round does not use leaves them before they are measured. */
const shared = { images: 'image', contexts: 'context' };
const history = tables.filter((table) => !['boots', 'signals', 'pending_verdicts'].includes(table));

/**
 * @typedef {{ seconds: number, copySeconds: number, lives: number, bytes: number, plainBytes: number, memory: number[],
 *   sizes: Record<string, number> }} Round
 *
 * @param {{ quick: boolean, rounds: number | undefined, log: (line: string) => void,
 *   cleanups: import('./support/cleanups.mjs').Cleanups }} options
 */
export async function benchIngest({ quick, rounds = quick ? 1 : 3, log, cleanups }) {
  log('starting Postgres and API …');
  const server = await startServer(cleanups, { stepsBack: false });
  // Verdicts are another figure; a death is committed when it is on the list of those that want one.
  server.rest('worker');
  const batches = quick ? 2 : 5;
  /** @type {Round[]} */
  const samples = [];
  for (let round = 1; round <= rounds; round += 1) {
    log(`round ${round} of ${rounds}: ${hostsCount} hosts, ${hostsCount * batches * livesPerBatch} lives`);
    samples.push(await measure(server, { batches, seed: round * hostsCount, log }));
  }
  return { figures: figuresOf(samples), samples };
}

/**
 * @param {import('./support/server.mjs').Server} server
 * @param {{ batches: number, seed: number, log: (line: string) => void }} options
 * @returns {Promise<Round>}
 */
async function measure(server, { batches, seed, log }) {
  const { sql } = server;
  const emptied = tables.filter((table) => !(table in shared));
  await sql.unsafe(`truncate ${emptied.join(', ')}, hosts cascade`);
  const hosts = [];
  for (let n = 0; n < hostsCount; n += 1) hosts.push({ host: simulatedHost(seed + n), credential: '' });
  for (const one of hosts) one.credential = await enroll(server, one.host);
  const agent = new Agent({ keepAlive: true, maxSockets: hostsCount });
  for (const { host, credential } of hosts) await post(server.url, agent, credential, host.opening());
  const bodies = hosts.map(({ host, credential }) => ({
    credential,
    bodies: Array.from({ length: batches }, () => host.batch(livesPerBatch)),
  }));
  await sql`checkpoint`;

  const pid = server.pids.main;
  const memory = [residentKib([pid])];
  const look = setInterval(() => memory.push(residentKib([pid])), 100);
  const begin = performance.now();
  await Promise.all(
    bodies.map(async ({ credential, bodies }) => {
      for (const body of bodies) await post(server.url, agent, credential, body);
    }),
  );
  const seconds = (performance.now() - begin) / 1000;
  clearInterval(look);
  agent.destroy();

  const lives = await countOf(sql, 'lives');
  /** @type {Record<string, number>} */
  const sizes = {};
  for (const table of emptied) sizes[table] = await sizeOf(sql, table);
  const plainBytes = (await plainSize(sql)) / lives;
  log(`stored in ${seconds.toFixed(1)} s: ${Math.round(lives / seconds)} lives a second; now the same rows with psql`);
  const copySeconds = await copyAgain(server);
  if ((await countOf(sql, 'lives')) !== lives) throw new Error('psql did not store the same rows.');
  for (const table of Object.keys(shared)) sizes[table] = await sizeOf(sql, table);
  const bytes = history.reduce((sum, table) => sum + (sizes[table] ?? 0), 0) / lives;
  return { seconds, copySeconds, lives, bytes, plainBytes, memory, sizes };
}

/** All rows out to files, the tables emptied, and in again. @param {import('./support/server.mjs').Server} server */
async function copyAgain({ sql, databaseUrl, directory }) {
  const file = (/** @type {string} */ table) => join(directory, `${table}.copy`);
  const psql = (/** @type {readonly string[]} */ commands) =>
    run('psql', ['-X', '-q', '-v', 'ON_ERROR_STOP=1', databaseUrl, ...commands.flatMap((command) => ['-c', command])]);
  const used = (/** @type {string} */ table) => {
    const column = shared[/** @type {keyof typeof shared} */ (table)];
    return column ? ` where id in (select ${column} from lives union select id from ${table} where day = 32767)` : '';
  };
  await psql(tables.map((table) => `\\copy (select * from ${table}${used(table)}) to '${file(table)}'`));
  await sql.unsafe(`truncate ${tables.join(', ')}`);
  await sql`checkpoint`;
  const begin = performance.now();
  await psql(tables.map((table) => `\\copy ${table} from '${file(table)}'`));
  return (performance.now() - begin) / 1000;
}

/** The layout that comes to mind first: a row with everything, and the three indexes that its questions need. @param {import('postgres').Sql} sql */
async function plainSize(sql) {
  await sql.unsafe(`create table plain as
    select p.boot, p.pid, p.start_ns, p.host_id, p.parent_pid, p.parent_start_ns, p.origin, p.seen_ns, p.exec_ns, p.comm, p.exe, p.args,
      p.args_cut, p.uid, p.user_name, p.login_uid, p.login_name, p.login_session, p.tty, p.cgroup, p.unit, p.container_id,
      p.container_runtime, p.container_pod, p.login_source, p.kernel_thread, p.started_at, p.ended_at,
      d.died_ns, d.died_at, d.exit_code, d.signal, d.core_dumped, d.cpu_ns, d.peak_rss_bytes
    from processes p left join deaths d using (boot, pid, start_ns, day)`);
  await sql`create unique index on plain (boot, pid, start_ns)`;
  await sql`create index on plain (host_id, pid, died_at)`;
  await sql`create index on plain (host_id, died_at, boot, pid, start_ns)`;
  const size = await sizeOf(sql, 'plain');
  await sql`drop table plain`;
  return size;
}

/** With its indexes and partitions. @param {import('postgres').Sql} sql @param {string} table */
async function sizeOf(sql, table) {
  const [row] = await sql`
    select sum(pg_total_relation_size(relid))::float8 as size
    from (select relid from pg_partition_tree(${table}::regclass) union select ${table}::regclass) t`;
  return row?.['size'] ?? 0;
}

/** @param {import('postgres').Sql} sql @param {string} table */
async function countOf(sql, table) {
  const [row] = await sql.unsafe(`select count(*)::int as count from ${table}`);
  return row?.['count'] ?? 0;
}

/** @param {import('./support/server.mjs').Server} server @param {ReturnType<typeof simulatedHost>} host */
async function enroll({ url, enrollToken }, { name, machineId }) {
  const response = await fetch(`${url}/v1/enroll`, {
    method: 'POST',
    headers: { authorization: `Bearer ${await enrollToken()}`, 'content-type': 'application/json' },
    body: JSON.stringify({ name, machineId }),
  });
  if (response.status !== 201) throw new Error(`A host could not enrol (status ${response.status}).`);
  return /** @type {any} */ (await response.json()).credential;
}

/**
 * As an agent does: a host that is told to come back comes back.
 * @param {string} url @param {Agent} agent @param {string} credential @param {Buffer} body @returns {Promise<void>}
 */
async function post(url, agent, credential, body) {
  for (;;) {
    const { status, retryAfter, text } = await postOnce(url, agent, credential, body);
    if (status === 200) return;
    if (status !== 429 && status !== 503) throw new Error(`A batch was refused (status ${status}): ${text}`);
    await new Promise((resolve) => setTimeout(resolve, retryAfter * 1000));
  }
}

/**
 * @param {string} url @param {Agent} agent @param {string} credential @param {Buffer} body
 * @returns {Promise<{ status: number, retryAfter: number, text: string }>}
 */
function postOnce(url, agent, credential, body) {
  return new Promise((resolve, reject) => {
    const type = { 'content-type': 'application/json', 'content-encoding': 'gzip', 'content-length': body.length };
    const headers = { authorization: `Bearer ${credential}`, ...type };
    const asking = request(`${url}/v1/batches`, { method: 'POST', agent, headers }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk) => (text += chunk));
      const retryAfter = Number(response.headers['retry-after'] ?? 1);
      response.on('end', () => resolve({ status: response.statusCode ?? 0, retryAfter, text }));
    });
    asking.on('error', reject).end(body);
  });
}

/** @param {readonly Round[]} rounds @returns {import('./figures/figure.mjs').Figure[]} */
function figuresOf(rounds) {
  const of = (/** @type {(round: Round) => number} */ value) => median(rounds.map(value));
  const speed = { [ours]: of(({ lives, seconds }) => lives / seconds), [copy]: of((r) => r.lives / r.copySeconds) };
  const share = of(({ seconds, copySeconds }) => copySeconds / seconds);
  const bytes = of((round) => round.bytes);
  const plainBytes = of((round) => round.plainBytes);
  const first = Math.max(...rounds.map(({ memory }) => Math.max(...memory.slice(0, Math.ceil(memory.length / 3)))));
  const peak = Math.max(...rounds.flatMap(({ memory }) => memory));
  return [
    { name: 'lives stored', unit: '1/s', values: speed, target: `≥ ${shareMin} of ${copy}`, holds: share >= shareMin },
    {
      ...{ name: 'API memory, largest', unit: 'MiB', values: { [ours]: peak / 1024 } },
      ...{ target: `≤ ${growthMax} of the first third's`, holds: peak <= growthMax * first },
    },
    {
      ...{
        name: 'disk for a life, its death and their indexes',
        unit: 'bytes',
        values: { [ours]: bytes, [plain]: plainBytes },
      },
      ...{ target: `≤ ${bytesMax}`, holds: bytes <= bytesMax },
    },
    {
      ...{ name: '  and against one plain table', unit: 'bytes', values: { [ours]: bytes, [plain]: plainBytes } },
      ...{ target: `≤ ${plainShareMax} of ${plain}`, holds: bytes <= plainShareMax * plainBytes },
    },
  ];
}
