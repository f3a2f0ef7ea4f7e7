/**
 * Database, API, worker and agent of one machine, started in order and stopped in the opposite one.
 * Everything is installed and built when this runs.
 */
import { once } from 'node:events';
import { hostname } from 'node:os';
import { basename, join } from 'node:path';
import { waitUntilReady } from './api-client.mjs';
import { openChildLog } from './child-log.mjs';
import { superviseChild } from './child.mjs';
import { startLocalAgent } from './local-agent.mjs';
import { startPostgres } from './postgres.mjs';
import { createProgress } from './progress.mjs';
import { runStep } from './run-step.mjs';
import { welcomeText } from './welcome.mjs';

const root = join(import.meta.dirname, '..');

/**
 * @typedef {{ name: string, stop(): Promise<void>, kill(): void }} Part
 *
 * @typedef {object} Launch
 * @property {import('./start-options.mjs').StartOptions} options
 * @property {number} port
 * @property {(line: string) => void} log
 * @property {(reason: string) => void} giveUp
 * @property {AbortSignal} signal aborted when all is to stop
 * @property {import('./child-log.mjs').ChildLog[]} logs opened here, closed by the caller
 * @property {Part[]} parts what runs, in the order of its start; filled here, stopped by the caller
 *
 * @param {Launch} launch
 */
export async function launch({ options, port, log, giveUp, signal, logs, parts }) {
  const { stateDir, listen } = options;
  const output = (/** @type {string} */ name) => {
    const opened = openChildLog({ file: join(stateDir, 'logs', `${name.toLowerCase()}.log`), name, echo: log });
    logs.push(opened);
    return opened;
  };
  const databaseUrl =
    options.databaseUrl ?? (await startDatabase({ stateDir, log, giveUp, signal, parts, output: output('postgres') }));
  signal.throwIfAborted();
  const env = {
    ...process.env,
    DATABASE_URL: databaseUrl,
    PORT: `${port}`,
    WHODUNIT_LISTEN: listen,
    WHODUNIT_STATE_DIR: stateDir,
  };
  const migrated = await runStep({
    what: 'migrating the database',
    command: [process.execPath, 'dist/migrate.js'],
    cwd: root,
    env,
    log,
    signal,
  });
  for (const line of migrated.split('\n')) if (line.endsWith(' applied')) log(line);

  const url = `http://${reachable(listen)}:${port}`;
  const starting = createProgress('starting API and worker', log);
  /** @returns {Promise<void>} until it says that it is ready */
  const child = (/** @type {string} */ name, /** @type {string} */ file) =>
    new Promise((resolve, reject) => {
      const onMessage = (/** @type {{ type?: string }} */ message) => message?.type === 'ready' && resolve();
      const args = [join(root, 'dist', file)];
      parts.push(superviseChild({ name, args, env, output: output(name), log, onMessage, giveUp }));
      signal.addEventListener('abort', () => reject(signal.reason), { once: true });
    });
  try {
    await child('API', 'main.js');
    await waitUntilReady(url, signal);
    // It publishes the key that an agent pins when it is enrolled.
    await child('worker', 'worker.js');
    starting.done();
  } finally {
    starting.cancel();
  }
  const rung = !options.agent
    ? null
    : await startAgent({ url, options, log, giveUp, signal, parts, output: output('agent') });
  signal.throwIfAborted();
  const sudo = process.getuid?.() === 0 && Boolean(process.env['SUDO_UID']);
  const embedded = options.databaseUrl === undefined;
  console.log(welcomeText({ url, stateDir, host: hostname(), rung, embedded, sudo }));
}

/**
 * @param {Pick<Launch, 'log' | 'giveUp' | 'parts' | 'signal'> & { stateDir: string, output: import('./child-log.mjs').ChildLog }} options
 */
async function startDatabase({ stateDir, log, giveUp, signal, parts, output }) {
  const progress = createProgress('starting Postgres', log);
  const startOptions = { dataDir: join(stateDir, 'postgres'), label: basename(root), log, output: output.write };
  try {
    const postgres = await startPostgres(startOptions);
    parts.push({ name: 'postgres', stop: postgres.stop, kill: postgres.kill });
    // Not started again: a database that dies by itself has a reason, which a person should see.
    void postgres.exited.then((how) => {
      if (!signal.aborted) giveUp(`Postgres ended by itself (${how}); see ${join(stateDir, 'logs/postgres.log')}.`);
    });
    return postgres.url;
  } finally {
    progress.done();
  }
}

/**
 * @param {Pick<Launch, 'log' | 'giveUp' | 'signal' | 'parts' | 'options'> & { url: string,
 *   output: import('./child-log.mjs').ChildLog }} options
 */
async function startAgent({ url, options, log, giveUp, signal, parts, output }) {
  const progress = createProgress('starting the agent', log);
  const { stateDir, keepSensor } = options;
  try {
    // The agent gets no DATABASE_URL: whoever may read its environment must not find the password there.
    const env = withoutSecrets(process.env);
    const agent = await startLocalAgent({ url, stateDir, keepSensor, env, output, log, giveUp });
    parts.push(agent);
    const sight = await Promise.race([agent.ready, once(signal, 'abort').then(() => null)]);
    if (!signal.aborted) report(sight, stateDir, log);
    return sight?.rung ?? 'unknown';
  } finally {
    progress.cancel();
  }
}

/** @param {import('./local-agent.mjs').Sight | null} sight @param {string} stateDir @param {(line: string) => void} log */
function report(sight, stateDir, log) {
  if (sight === null) return log(`the agent has not reported yet; see ${join(stateDir, 'logs/agent.log')}`);
  log(`the agent watches this host (${sight.rung}${sight.resumed ? ', its sensor recorded meanwhile' : ''})`);
  for (const sentence of sight.blindSpots) log(`  ${sentence}`);
  if (process.getuid?.() !== 0) log('  It runs without root: `sudo npm start` gives it the full sensor.');
}

/** @param {NodeJS.ProcessEnv} env @returns {NodeJS.ProcessEnv} */
function withoutSecrets(env) {
  const { DATABASE_URL: _database, QUEUE_URL: _queue, ...rest } = env;
  return rest;
}

/** Where a client on this machine finds a server that listens there. @param {string} listen */
function reachable(listen) {
  if (listen === '0.0.0.0') return '127.0.0.1';
  if (listen === '::') return '[::1]';
  return listen.includes(':') ? `[${listen}]` : listen;
}
