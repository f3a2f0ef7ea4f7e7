/**
 * The embedded Postgres: a real server from the binaries that npm brought, for one Whodunit.
 *
 * Layout of `dataDir` (below the state directory)
 * - password   of the role `whodunit`, 0600; made once
 * - url        the whole connection string, 0600; `psql "$(cat …/url)"`
 * - port       of the last start, used again when it is free
 * - server/    Postgres' own data, unless the server's user cannot reach it here: see postgres-home.mjs
 *
 * One launcher at a time: the caller holds the lock on the state directory.
 */
import { randomBytes } from 'node:crypto';
import { mkdir, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { tryPort } from './free-port.mjs';
import { initialiseCluster } from './postgres-cluster.mjs';
import { chooseHome } from './postgres-home.mjs';
import { stopOrphans } from './postgres-orphan.mjs';
import { runServer } from './postgres-server.mjs';

const roleName = 'whodunit';
const portAttempts = 3;

/**
 * @typedef {object} StartOptions
 * @property {string} dataDir absolute; made when missing
 * @property {(line: string) => void} log progress, for people
 * @property {(line: string) => void} [output] lines that the server logs
 * @property {string} [database] made when missing
 * @property {string} [label] names the data when it has to live elsewhere
 * @property {Record<string, string>} [settings] server settings on top of ours
 *
 * @typedef {object} RunningPostgres
 * @property {string} url
 * @property {number} pid
 * @property {string} dataDir where the data really is
 * @property {() => Promise<void>} stop
 * @property {() => void} kill at once; the next start recovers from the log
 * @property {Promise<string>} exited how it ended, whoever ended it
 *
 * @param {StartOptions} options
 * @returns {Promise<RunningPostgres>}
 */
export async function startPostgres({
  dataDir: wantedDir,
  log,
  output = () => {},
  database = 'whodunit',
  label,
  settings = {},
}) {
  await mkdir(wantedDir, { recursive: true, mode: 0o700 });
  const dataDir = await realpath(wantedDir);
  const password = await readOrMakePassword(join(dataDir, 'password'));
  const home = await chooseHome({ dataDir, label, log });
  await stopOrphans(home.cluster, log);
  await initialiseCluster({ ...home, roleName, password, log });
  const server = await startOnFreePort({ home, dataDir, settings, output, password });
  const url = urlOf(password, server.port, database);
  await createDatabase(urlOf(password, server.port, 'postgres'), database);
  await writeFile(join(dataDir, 'url'), `${url}\n`, { mode: 0o600 });
  const { pid, stop, kill, exited } = server;
  return { url, pid, dataDir: home.cluster, stop, kill, exited };
}

/**
 * @param {{ home: import('./postgres-home.mjs').Home, dataDir: string, settings: Record<string, string>,
 *   output: (line: string) => void, password: string }} options
 */
async function startOnFreePort({ home, dataDir, settings, output, password }) {
  const portFile = join(dataDir, 'port');
  let wanted = Number(await readIfThere(portFile)) || 0;
  for (let attempt = 1; ; attempt++) {
    const port = await tryPort(wanted, '127.0.0.1').catch(() => tryPort(0, '127.0.0.1'));
    const server = runServer({ ...home, port, settings, output });
    try {
      await waitUntilReady(server, urlOf(password, port, 'postgres'));
      await writeFile(portFile, `${port}\n`);
      return { ...server, port };
    } catch (error) {
      await server.stop();
      // Somebody may have taken the port between our look and the server's bind: then, and only then, another one.
      if (attempt === portAttempts || !server.recentOutput().includes('could not bind')) throw error;
      wanted = 0;
    }
  }
}

/** @param {import('./postgres-server.mjs').Server} server @param {string} url */
async function waitUntilReady(server, url) {
  /** @type {string | undefined} */
  let ended;
  void server.exited.then((how) => (ended = how));
  for (const deadline = Date.now() + readyTimeoutMs; Date.now() < deadline; await sleep(50)) {
    if (ended) throw new Error(`The embedded Postgres did not start (${ended}). It said:\n${server.recentOutput()}`);
    if (await withClient(url, (client) => client.query('SELECT 1')).catch(() => null)) return;
  }
  throw new Error(`The embedded Postgres took no connection within ${readyTimeoutMs / 1000} s.`);
}

/** Recovery after a crash of the machine may take long. */
const readyTimeoutMs = 120_000;

/**
 * @param {string} adminUrl
 * @param {string} name
 */
async function createDatabase(adminUrl, name) {
  await withClient(adminUrl, async (client) => {
    const { rowCount } = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [name]);
    if (rowCount === 0) await client.query(`CREATE DATABASE "${name.replaceAll('"', '""')}"`);
  });
}

/**
 * @template T
 * @param {string} connectionString
 * @param {(client: import('pg').Client) => Promise<T>} use
 * @returns {Promise<T>}
 */
async function withClient(connectionString, use) {
  const { default: pg } = await import('pg');
  const client = new pg.Client({ connectionString, connectionTimeoutMillis: 5_000 });
  client.on('error', () => {}); // the query in flight reports it
  await client.connect();
  try {
    return await use(client);
  } finally {
    await client.end();
  }
}

/**
 * @param {string} password
 * @param {number} port
 * @param {string} database
 */
function urlOf(password, port, database) {
  return `postgresql://${roleName}:${password}@127.0.0.1:${port}/${encodeURIComponent(database)}`;
}

/** @param {string} file */
async function readOrMakePassword(file) {
  const known = (await readIfThere(file)).trim();
  if (known) return known;
  const password = randomBytes(24).toString('base64url');
  await rm(file, { force: true });
  await writeFile(file, `${password}\n`, { mode: 0o600, flag: 'wx' });
  return password;
}

/** @param {string} file */
async function readIfThere(file) {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code === 'ENOENT') return '';
    throw error;
  }
}
