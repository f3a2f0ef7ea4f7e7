/**
 * `npm start`: see start-options.mjs for its options and launch.mjs for what it starts.
 *
 * Runs on a fresh clone, so nothing that is imported here may need an installed package while it loads.
 * Exit status: 0 stopped on request, 1 something failed, 2 wrong use.
 */
import { join } from 'node:path';
import { buildAll, isBuilt } from './build-steps.mjs';
import { requireFreePort } from './free-port.mjs';
import { installMissing } from './installed.mjs';
import { launch } from './launch.mjs';
import { readStartOptions, usage } from './start-options.mjs';
import { takeStateDir } from './state-dir.mjs';

const root = join(import.meta.dirname, '..');
const log = (/** @type {string} */ line) => console.log(`  ${line}`);

process.exit(await main());

async function main() {
  const options = readStartOptions(process.argv.slice(2), process.env, root);
  if ('complaint' in options) return complain(options.complaint, 2);
  if (options.help) {
    console.log(usage);
    return 0;
  }
  return run(options);
}

/** @param {import('./start-options.mjs').StartOptions} options */
async function run(options) {
  const stop = new AbortController();
  /** @type {import('./launch.mjs').Part[]} */
  const parts = [];
  /** @type {import('./child-log.mjs').ChildLog[]} */
  const logs = [];
  let failure = '';
  const giveUp = (/** @type {string} */ reason) => {
    failure ||= reason;
    stop.abort();
  };
  stopOnSignals(stop, parts);
  try {
    await takeStateDir(options.stateDir);
    const port = await requireFreePort(options);
    await installMissing({ log, signal: stop.signal });
    if (!(await isBuilt())) await buildAll({ log, signal: stop.signal });
    await launch({ options, port, log, giveUp, signal: stop.signal, logs, parts });
    if (!stop.signal.aborted) await new Promise((resolve) => stop.signal.addEventListener('abort', resolve));
  } catch (error) {
    if (!stop.signal.aborted) giveUp(error instanceof Error ? error.message : String(error));
  }
  if (failure) complain(failure, 1);
  await stopAll(parts);
  for (const opened of logs) opened.close();
  return failure ? 1 : 0;
}

/** Last started, first stopped. @param {import('./launch.mjs').Part[]} parts */
async function stopAll(parts) {
  for (const part of parts.toReversed()) {
    log(`stopping ${part.name}`);
    await part.stop();
  }
}

/**
 * The first request stops everything in order, the second at once.
 * @param {AbortController} stop
 * @param {import('./launch.mjs').Part[]} parts
 */
function stopOnSignals(stop, parts) {
  const request = () => {
    if (stop.signal.aborted) {
      log('stopping at once');
      for (const part of parts.toReversed()) part.kill();
      return;
    }
    console.log('');
    stop.abort();
  };
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) process.on(signal, request);
}

/** @param {string} sentence @param {number} code */
function complain(sentence, code) {
  console.error(`whodunit: ${sentence}`);
  return code;
}
