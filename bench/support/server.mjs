/**
 * A whole server of its own: embedded Postgres, API and worker, in a temporary directory. In production it is another
 * machine; here it gets what the load and the tools leave of the processors (SCHED_IDLE, sched(7)).
 */
import { spawn } from 'node:child_process';
import { closeSync, existsSync, openSync, readdirSync, readFileSync } from 'node:fs';
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import postgresDriver from 'postgres';
import { createEnrollToken, waitUntilReady } from '../../scripts/api-client.mjs';
import { tryPort } from '../../scripts/free-port.mjs';
import { startPostgres } from '../../scripts/postgres.mjs';
import { endChild, run } from './processes.mjs';

const root = join(import.meta.dirname, '../..');

/**
 * @typedef {object} Server
 * @property {string} url
 * @property {string} databaseUrl
 * @property {{ main: number, worker: number }} pids
 * @property {import('postgres').Sql} sql
 * @property {string} directory temporary, for whoever needs one
 * @property {string} adminToken
 * @property {() => Promise<string>} enrollToken
 * @property {(...names: readonly ('main' | 'worker')[]) => () => void} rest stops these; what is returned lets them go on
 *
 * @param {import('./cleanups.mjs').Cleanups} cleanups
 * @param {{ stepsBack?: boolean, inspect?: boolean }} [how] stepsBack false: it is what is measured; inspect: for ./heap.mjs
 * @returns {Promise<Server>}
 */
export async function startServer(cleanups, { stepsBack = true, inspect = false } = {}) {
  const directory = await mkdtemp(join(tmpdir(), 'whodunit-bench-'));
  cleanups.defer(() => rm(directory, { recursive: true, force: true }));
  // Under root Postgres runs as another user, who has to get through to its own directory in here.
  await chmod(directory, 0o711);
  const postgres = await startPostgres({ dataDir: join(directory, 'postgres'), log: () => undefined });
  cleanups.defer(() => rm(dirname(postgres.dataDir), { recursive: true, force: true }));
  cleanups.defer(() => postgres.stop());
  if (stepsBack) await stepBack(postgres.pid);

  const port = await tryPort(0, '127.0.0.1');
  const url = `http://127.0.0.1:${port}`;
  const env = { ...process.env, DATABASE_URL: postgres.url, PORT: `${port}`, WHODUNIT_STATE_DIR: directory };
  await run(process.execPath, [join(root, 'dist/migrate.js')], env);
  /** @type {Record<string, import('node:child_process').ChildProcess>} */
  const children = {};
  for (const name of ['main', 'worker']) {
    const log = openSync(join(directory, `${name}.log`), 'a');
    const args = [...(inspect ? ['--inspect=127.0.0.1:0'] : []), join(root, `dist/${name}.js`)];
    const child = spawn(process.execPath, args, { env, stdio: ['ignore', log, log, 'ipc'] });
    closeSync(log);
    children[name] = child;
    cleanups.defer(() => endChild(child));
    if (stepsBack) await stepBack(child.pid ?? 0);
  }
  await waitUntilReady(url, AbortSignal.timeout(60_000));
  const adminToken = (await readFile(join(directory, 'admin-token'), 'utf8')).trim();
  const sql = postgresDriver(postgres.url, { max: 1, onnotice: () => undefined });
  cleanups.defer(() => sql.end({ timeout: 5 }));
  const send = (/** @type {readonly string[]} */ names, /** @type {NodeJS.Signals} */ signal) => {
    for (const name of names) children[name]?.kill(signal);
  };
  /** @type {Server['rest']} */
  const rest = (...names) => {
    send(names, 'SIGSTOP');
    return () => send(names, 'SIGCONT');
  };
  // Before they are ended: one that is stopped would not hear of it.
  cleanups.defer(() => send(Object.keys(children), 'SIGCONT'));
  const pids = { main: children['main']?.pid ?? 0, worker: children['worker']?.pid ?? 0 };
  return {
    url,
    databaseUrl: postgres.url,
    pids,
    sql,
    directory,
    adminToken,
    rest,
    enrollToken: () => createEnrollToken(url, adminToken),
  };
}

/** A process, its threads and children, and what they will start: run when nobody else wants to. @param {number} pid */
async function stepBack(pid) {
  const children = readdirSync(`/proc/${pid}/task`).flatMap((thread) =>
    readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8').split(' ').filter(Boolean),
  );
  for (const one of [`${pid}`, ...children]) {
    await run('chrt', ['--idle', '--all-tasks', '--pid', '0', one]).catch((/** @type {Error} */ error) => {
      // Postgres has helpers that come and go.
      if (existsSync(`/proc/${one}`)) throw error;
    });
  }
}
