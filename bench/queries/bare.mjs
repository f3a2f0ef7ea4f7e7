/**
 * The peer: a bare HTTP handler that runs the same SQL files with pg and answers the same JSON. No GraphQL, no authentication, no
 * framework, in a process of its own.
 */
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import pg from 'pg';

pg.types.setTypeParser(20, BigInt);
const root = join(import.meta.dirname, '../..');
const text = (/** @type {string} */ name) => readFileSync(join(root, `prisma/sql/${name}.sql`), 'utf8');
/** @type {Record<string, string>} */
const statements = {
  ...Object.fromEntries(
    ['death-by-pid', 'life-of-pid', 'processes-by-key', 'former-images', 'deaths-of-host-page'].map((name) => [
      name,
      text(name),
    ]),
  ),
  // As src/store/host.store.ts asks.
  'host-by-name': `select * from hosts where name = any ($1::text[]) order by last_seen_at desc nulls last, id desc`,
  'hosts-by-id': 'select * from hosts where id = any ($1::int[])',
};
/** As src/store/sql.ts has them: found by keys, planned once for a connection (src/store/postgres.ts). */
const keyed = new Set(['death-by-pid', 'life-of-pid', 'processes-by-key', 'deaths-of-host-page']);
const poolOf = (/** @type {string} */ options) =>
  new pg.Pool({ connectionString: process.env['DATABASE_URL'], max: 10, options: `${options} -c TimeZone=UTC` });
const planned = poolOf('-c plan_cache_mode=force_custom_plan');
const once = poolOf(
  '-c plan_cache_mode=force_generic_plan -c enable_seqscan=off -c enable_hashjoin=off -c enable_mergejoin=off',
);
const run = async (/** @type {string} */ name, /** @type {unknown[]} */ values) =>
  (await (keyed.has(name) ? once : planned).query({ name, text: /** @type {string} */ (statements[name]), values }))
    .rows;

/** @type {Record<string, (variables: any) => Promise<unknown>>} */
const answers = { whoKilled, deaths };

const server = createServer((request, response) => {
  let body = '';
  request.setEncoding('utf8').on('data', (part) => (body += part));
  request.on('end', () => {
    const { name, variables } = JSON.parse(body);
    /** @type {any} */ (answers)[name](variables).then(
      (/** @type {unknown} */ data) => {
        const bytes = JSON.stringify({ data });
        response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(bytes) });
        response.end(bytes);
      },
      (/** @type {Error} */ error) => {
        response.writeHead(500);
        response.end(error.message);
      },
    );
  });
});
server.listen(0, '127.0.0.1', () =>
  process.send?.(/** @type {import('node:net').AddressInfo} */ (server.address()).port),
);

/** @param {{ host: string, pid: number }} variables */
async function whoKilled({ host: name, pid }) {
  const [host] = await run('host-by-name', [[name]]);
  const [[death]] = await Promise.all([
    run('death-by-pid', [host.id, pid, null]),
    run('life-of-pid', [host.id, pid, null]),
  ]);
  const actorKey = [[death.boot], [death.actor_pid], [death.actor_start_ns]];
  const [[victim], [actor]] = await Promise.all([
    run('processes-by-key', keys([death])),
    run('processes-by-key', actorKey),
    run('former-images', actorKey),
  ]);
  const { kind, process } = { kind: death.actor_kind, process: { pid: actor.pid, comm: actor.comm } };
  const verdict = { ...verdictOf(death), actor: { kind, process }, evidence: death.evidence };
  return { whoKilled: { ...deathOf(death), process: processOf(victim), verdict } };
}

/** @param {{ filter: { host: string, cause: string[] } }} variables */
async function deaths({ filter }) {
  const [host] = await run('host-by-name', [[filter.host]]);
  const rows = await run('deaths-of-host-page', [host.id, null, null, filter.cause, ...Array(10).fill(null), 51, null]);
  const page = rows.slice(0, 50);
  const [hosts, lives] = await Promise.all([
    run('hosts-by-id', [[...new Set(page.map(({ host_id }) => host_id))]]),
    run('processes-by-key', keys(page)),
  ]);
  const lifeOf = new Map(lives.map((life) => [`${life.boot}.${life.pid}.${life.start_ns}`, life]));
  const nodes = page.map((death) => ({
    ...deathOf(death),
    host: { name: hosts.find(({ id }) => id === death.host_id).name },
    process: processOf(lifeOf.get(`${death.boot}.${death.pid}.${death.start_ns}`)),
    verdict: { ...verdictOf(death), actor: { kind: death.actor_kind } },
  }));
  const last = rows[49];
  const cursor = ['deaths', last.died_at.getTime(), last.boot, last.pid, last.start_ns].map(String);
  const endCursor = Buffer.from(JSON.stringify(cursor)).toString('base64url');
  return { deaths: { nodes, pageInfo: { hasNextPage: rows.length > 50, endCursor } } };
}

/** @param {any[]} lives */
function keys(lives) {
  return [lives.map(({ boot }) => boot), lives.map(({ pid }) => pid), lives.map(({ start_ns }) => start_ns)];
}

/** @param {any} death */
function deathOf(death) {
  const id = `${death.boot}.${death.pid}.${death.start_ns}`;
  const signal = death.signal === null ? null : { number: death.signal, name: 'SIGKILL' };
  return { id, diedAt: death.died_at.toISOString(), exitCode: death.exit_code, signal };
}

/** @param {any} life */
function processOf({ pid, comm, exe, args, unit, started_at }) {
  return { pid, comm, exe, args, unit, startedAt: started_at.toISOString() };
}

/** @param {any} death */
function verdictOf({ cause, confidence, summary }) {
  return { cause, confidence: Math.round(confidence * 1000) / 1000, summary };
}
