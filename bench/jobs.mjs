/** `npm run bench -- jobs`: from asking for a kill to the process being gone, beside `ssh host kill`. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { endChild, until } from './support/processes.mjs';
import { startServer } from './support/server.mjs';
import { requireSshd, startSshd } from './support/sshd.mjs';
import { median } from './support/statistics.mjs';
import { agent } from './tracers/agent.mjs';

/** A person may ask for 30 jobs on one host within an hour. */
const roundsMax = 25;
const ours = 'whodunit';
const open = 'ssh, open connection';
const fresh = 'ssh, new connection';
const freshShareMax = 0.25;

export const jobTools = [ours, open, fresh];

/**
 * @param {{ rounds: number | undefined, log: (line: string) => void, cleanups: import('./support/cleanups.mjs').Cleanups }} options
 */
export async function benchJobs({ rounds = roundsMax, log, cleanups }) {
  requireSshd();
  log('starting Postgres, API, worker, agent and sshd …');
  const server = await startServer(cleanups, { stepsBack: false });
  const hasKey = async () => (await server.sql`select 1 from signing_keys`).length > 0;
  await until('the worker has published its key', hasKey, 30_000);
  const tracing = await agent(server).start();
  cleanups.defer(() => tracing.stop());
  const sshd = await startSshd(server.directory, cleanups);

  const [host] = await server.sql`select name from hosts`;
  /** @type {Record<string, (pid: number) => Promise<unknown>>} */
  const ways = {
    [ours]: (pid) => request(server, host?.['name'], pid),
    [open]: (pid) => sshd.run(['kill', '-9', `${pid}`], { reuse: true }),
    [fresh]: (pid) => sshd.run(['kill', '-9', `${pid}`], { reuse: false }),
  };
  /** @type {Record<string, number[]>} */
  const samples = Object.fromEntries(jobTools.map((tool) => [tool, []]));
  for (let round = 0; round < Math.min(rounds, roundsMax); round += 1) {
    if (round % 5 === 0) log(`request to the deed, round ${round + 1} of ${Math.min(rounds, roundsMax)}`);
    for (const tool of round % 2 === 0 ? jobTools : jobTools.toReversed()) {
      samples[tool]?.push(await timeKill(server, /** @type {any} */ (ways[tool])));
    }
  }
  return { figures: figuresOf(samples), samples };
}

/**
 * @param {import('./support/server.mjs').Server} server @param {(pid: number) => Promise<unknown>} kill
 * @returns {Promise<number>} ms until the victim is gone
 */
async function timeKill({ sql }, kill) {
  const victim = spawn('sleep', ['600'], { stdio: 'ignore' });
  const pid = victim.pid ?? 0;
  try {
    const isKnown = async () => (await sql`select 1 from processes where pid = ${pid} and ended_at is null`).length > 0;
    await until('the process is known', isKnown, 10_000);
    const gone = once(victim, 'exit');
    const begin = performance.now();
    const asking = kill(pid);
    await Promise.race([gone, asking.then(() => gone)]);
    const ms = performance.now() - begin;
    await asking;
    return ms;
  } finally {
    await endChild(victim, 'SIGKILL');
  }
}

/** @param {import('./support/server.mjs').Server} server @param {string} host @param {number} pid */
async function request({ url, adminToken }, host, pid) {
  const response = await fetch(`${url}/v1/jobs`, {
    method: 'POST',
    headers: { authorization: `Bearer ${adminToken}`, 'content-type': 'application/json' },
    body: JSON.stringify({ host, action: 'SIGNAL_PROCESS', pid, signal: 9, reason: 'bench' }),
  });
  const text = await response.text();
  if (response.status !== 201) throw new Error(`The job was not taken (status ${response.status}): ${text}`);
}

/** @param {Record<string, number[]>} samples @returns {import('./figures/figure.mjs').Figure[]} */
function figuresOf(samples) {
  const values = Object.fromEntries(Object.entries(samples).map(([tool, list]) => [tool, median(list)]));
  const [mine = NaN, kept = NaN, anew = NaN] = jobTools.map((tool) => values[tool]);
  const unit = 'ms';
  return [
    { name: 'request to the deed, p50', unit, values, target: '≤ ssh, open connection', holds: mine <= kept },
    {
      name: '  and against a new connection',
      unit,
      values: { [ours]: mine, [fresh]: anew },
      target: `≤ ${freshShareMax} of ssh, new connection`,
      holds: mine <= freshShareMax * anew,
    },
  ];
}
