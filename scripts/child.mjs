/**
 * One child of the launcher, started again when it dies without having been asked to.
 *
 * The IPC channel serves two ends: the child says `{ type: 'ready', … }`, and when the launcher is killed the channel
 * closes, upon which the child stops by itself.
 */
import { spawn } from 'node:child_process';

const deathsMax = 5;
const deathsWindowMs = 60_000;
const firstDelayMs = 500;
const termMs = 15_000;

/**
 * @typedef {object} ChildOptions
 * @property {string} name
 * @property {string[]} args of node
 * @property {NodeJS.ProcessEnv} env
 * @property {import('./child-log.mjs').ChildLog} output
 * @property {(line: string) => void} log
 * @property {(message: any) => void} [onMessage]
 * @property {(reason: string) => void} giveUp it died too often
 */

/** @param {ChildOptions} options */
export function superviseChild({ name, args, env, output, log, onMessage = () => {}, giveUp }) {
  /** @type {import('node:child_process').ChildProcess | null} */
  let child = null;
  /** @type {NodeJS.Timeout | undefined} */
  let restart;
  let stopping = false;
  let crashed = false;
  /** @type {number[]} */
  let deaths = [];
  /** @type {() => void} */
  let onGone = () => {};

  function start() {
    crashed = false;
    // Its own session: Ctrl-C on the terminal must not stop all at once, but one after the other.
    child = spawn(process.execPath, args, { env, detached: true, stdio: ['ignore', output.fd, output.fd, 'ipc'] });
    child.on('message', onMessage);
    child.once('error', (error) => output.write(error.message));
    child.once('exit', ended);
  }

  /** @param {number | null} code @param {NodeJS.Signals | null} signal */
  function ended(code, signal) {
    child = null;
    crashed = code !== 0;
    if (stopping) return onGone();
    const how = signal ? `was ended by ${signal}` : `exited with status ${code}`;
    deaths = [...deaths.filter((at) => Date.now() - at < deathsWindowMs), Date.now()];
    if (deaths.length >= deathsMax) return giveUp(`The ${name} ${how}, the ${deaths.length}th time within a minute.`);
    const delayMs = firstDelayMs * 2 ** (deaths.length - 1);
    log(`the ${name} ${how}; starting it again in ${delayMs / 1000} s`);
    restart = setTimeout(start, delayMs);
  }

  start();
  return {
    name,
    /** @returns {Promise<void>} */
    async stop() {
      stopping = true;
      clearTimeout(restart);
      if (child === null) return;
      const gone = new Promise((resolve) => (onGone = () => resolve(0)));
      child.kill('SIGTERM');
      const timer = setTimeout(() => child?.kill('SIGKILL'), termMs);
      await gone;
      clearTimeout(timer);
    },
    kill() {
      stopping = true;
      clearTimeout(restart);
      child?.kill('SIGKILL');
    },
    /** Whether its last end was not an orderly one. */
    hasCrashed: () => crashed,
  };
}
