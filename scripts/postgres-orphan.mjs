/**
 * A server that outlived its launcher.
 *
 * It is stopped, not adopted: an adopted server is nobody's child (its end would go unnoticed), writes its log to a
 * pipe that nobody reads, and runs with the settings of the version that started it. A fast shutdown and a start take
 * well under a second, and Postgres guarantees the data in both.
 *
 * Who belongs to a cluster is asked of /proc (working directory), since postmaster.pid may name a reused pid. The
 * backends of a killed postmaster count too: they leave by themselves when they notice.
 */
import { existsSync } from 'node:fs';
import { readdir, readFile, readlink, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const fastShutdownMs = 20_000;
const immediateShutdownMs = 10_000;

/** @param {string} cluster @param {(line: string) => void} log */
export async function stopOrphans(cluster, log) {
  if (!existsSync('/proc/self/cwd') || !existsSync(cluster)) return;
  const pidFile = join(cluster, 'postmaster.pid');
  const postmaster = Number.parseInt(await readFile(pidFile, 'utf8').catch(() => ''), 10);
  if (await isGone(cluster)) {
    // Stale. Left in place, it makes Postgres refuse to start when its pid has since gone to another process.
    await rm(pidFile, { force: true });
    return;
  }
  log('stopping a Postgres that an earlier start left behind');
  await signalOwn(cluster, postmaster, 'SIGINT');
  if (await becomesGone(cluster, fastShutdownMs)) return;
  await signalOwn(cluster, postmaster, 'SIGQUIT');
  if (await becomesGone(cluster, immediateShutdownMs)) return;
  const pids = await processesIn(cluster);
  throw new Error(
    `Postgres processes ${pids.join(', ')} still use ${cluster} and do not stop. Stop them, then start again.`,
  );
}

/** @param {string} cluster @param {number} pid @param {NodeJS.Signals} signal */
async function signalOwn(cluster, pid, signal) {
  if (!(await processesIn(cluster)).includes(pid)) return;
  try {
    process.kill(pid, signal);
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'ESRCH') throw error;
  }
}

/** @param {string} cluster @param {number} timeoutMs */
async function becomesGone(cluster, timeoutMs) {
  for (const deadline = Date.now() + timeoutMs; Date.now() < deadline; await sleep(50)) {
    if (await isGone(cluster)) return true;
  }
  return false;
}

/** @param {string} cluster */
async function isGone(cluster) {
  return (await processesIn(cluster)).length === 0;
}

/** @param {string} cluster @returns {Promise<number[]>} */
async function processesIn(cluster) {
  const found = [];
  for (const name of await readdir('/proc')) {
    if (!/^[0-9]+$/.test(name)) continue;
    const inside = await readlink(`/proc/${name}/cwd`).catch(() => '');
    const program = inside === cluster ? await readlink(`/proc/${name}/exe`).catch(() => '') : '';
    if (/\/postgres( \(deleted\))?$/.test(program)) found.push(Number(name));
  }
  return found;
}
