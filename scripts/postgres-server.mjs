/** The server process: its settings, its log, its end. */
import { spawn, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const fastShutdownMs = 20_000;
const immediateShutdownMs = 10_000;
const linesKept = 20;
const env = { PATH: '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' };

/** On the command line, not in postgresql.conf: settings follow the code, also for clusters that exist already. */
const ourSettings = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: '100',
  shared_buffers: '128MB',
  wal_compression: 'on',
  max_wal_size: '2GB',
  log_min_messages: 'warning',
  log_line_prefix: '%m [%p] ',
  timezone: 'UTC',
  log_timezone: 'UTC',
};

/**
 * @typedef {object} Server
 * @property {number} pid
 * @property {() => Promise<void>} stop
 * @property {() => void} kill
 * @property {Promise<string>} exited
 * @property {() => string} recentOutput
 *
 * @param {import('./postgres-home.mjs').Home & { port: number, settings: Record<string, string>,
 *   output: (line: string) => void }} options
 * @returns {Server}
 */
export function runServer({ user, binaries, cluster, port, settings, output }) {
  const flags = Object.entries({ ...ourSettings, port: `${port}`, ...settings }).flatMap(([name, value]) => [
    '-c',
    `${name}=${value}`,
  ]);
  const command = [...dieWithLauncher(), join(binaries, 'bin/postgres'), '-D', cluster, ...flags];
  const child = spawn(/** @type {string} */ (command[0]), command.slice(1), {
    ...user,
    cwd: '/',
    env,
    stdio: ['ignore', 'ignore', 'pipe'],
    // Its own session: Ctrl-C on the terminal must not stop it before the API has stopped.
    detached: true,
  });
  /** @type {string[]} */
  const recent = [];
  createInterface({ input: child.stderr }).on('line', (line) => {
    recent.push(line);
    if (recent.length > linesKept) recent.shift();
    output(line);
  });
  /** @type {Promise<string>} */
  const exited = new Promise((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('close', (code, signal) => resolve(signal ? `ended by ${signal}` : `exit status ${code}`));
  });
  return {
    pid: child.pid ?? 0,
    stop: () => stop(child, exited),
    kill: () => void child.kill('SIGQUIT'),
    exited,
    recentOutput: () => recent.join('\n'),
  };
}

/**
 * Fast shutdown: sessions are cut, everything is on disk. Immediate, when a session will not be cut: the next start
 * recovers from the log.
 * @param {import('node:child_process').ChildProcess} child
 * @param {Promise<string>} exited
 */
async function stop(child, exited) {
  for (const [signal, waitMs] of /** @type {const} */ ([
    ['SIGINT', fastShutdownMs],
    ['SIGQUIT', immediateShutdownMs],
  ])) {
    child.kill(signal);
    if (await endsWithin(exited, waitMs)) return;
  }
  child.kill('SIGKILL');
  await exited;
}

/** @param {Promise<string>} exited @param {number} waitMs */
async function endsWithin(exited, waitMs) {
  /** @type {NodeJS.Timeout | undefined} */
  let timer;
  const timeout = new Promise((resolve) => (timer = setTimeout(resolve, waitMs, false)));
  const ended = await Promise.race([exited.then(() => true), timeout]);
  clearTimeout(timer);
  return ended;
}

/**
 * A launcher that is killed takes the server with it (PR_SET_PDEATHSIG, fast shutdown), where setpriv of util-linux can
 * say so. Elsewhere the server stays until the next start, which stops it: postgres-orphan.mjs.
 */
function dieWithLauncher() {
  const args = ['--pdeathsig', 'INT'];
  return spawnSync('setpriv', [...args, 'true'], { env, stdio: 'ignore' }).status === 0 ? ['setpriv', ...args] : [];
}
