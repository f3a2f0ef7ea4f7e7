/** The command line and the environment of `npm start`, checked before anything is done. */
import { resolve } from 'node:path';

export const usage = `npm start [-- options]: Whodunit on this machine, in the foreground, until Ctrl-C.

  --no-agent      leave out the agent that watches this host
  --keep-sensor   leave the sensor recording in the kernel when stopping; the next start reads what it saw
  --help          this text

  PORT                 where the API listens (4000)
  WHODUNIT_LISTEN      address that the API binds (127.0.0.1)
  WHODUNIT_STATE_DIR   database, tokens and logs (.whodunit)
  DATABASE_URL         a Postgres of yours, 15 or newer, instead of the embedded one
  QUEUE_URL            redis://… for the queue, instead of Postgres
`;

/**
 * @typedef {object} StartOptions
 * @property {boolean} help
 * @property {boolean} agent
 * @property {boolean} keepSensor
 * @property {number} port 0 for any free one
 * @property {string} listen
 * @property {string} stateDir absolute
 * @property {string | undefined} databaseUrl
 */

/**
 * @param {readonly string[]} args
 * @param {NodeJS.ProcessEnv} env
 * @param {string} root what a relative state directory is relative to
 * @returns {StartOptions | { complaint: string }}
 */
export function readStartOptions(args, env, root) {
  const unknown = args.find((arg) => !['--no-agent', '--keep-sensor', '--help', '-h'].includes(arg));
  if (unknown !== undefined) return { complaint: `There is no option ${unknown}; \`npm start -- --help\` lists them.` };
  const port = env['PORT'] || '4000';
  if (!/^[0-9]{1,5}$/.test(port) || Number(port) > 65535) {
    return { complaint: `PORT is "${port}" but must be a number up to 65535: PORT=4001 npm start.` };
  }
  return {
    help: args.includes('--help') || args.includes('-h'),
    agent: !args.includes('--no-agent'),
    keepSensor: args.includes('--keep-sensor'),
    port: Number(port),
    listen: env['WHODUNIT_LISTEN'] || '127.0.0.1',
    stateDir: resolve(root, env['WHODUNIT_STATE_DIR'] || '.whodunit'),
    databaseUrl: env['DATABASE_URL'] || undefined,
  };
}
