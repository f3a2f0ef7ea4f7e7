/** Ours: the built agent with the eBPF sensor, delivering to a real server. What it saw is what is in Postgres. */
import { spawn } from 'node:child_process';
import { closeSync, openSync, readdirSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { endChild, until } from '../support/processes.mjs';
import { compare } from './tracer.mjs';

const program = join(import.meta.dirname, '../../dist/agent/whodunit-agent.mjs');
const settleMs = 120_000;

/** @param {import('../support/server.mjs').Server} server @returns {import('./tracer.mjs').Tracer} */
export function agent(server) {
  const stateDir = join(server.directory, 'agent');
  const tokenFile = join(server.directory, 'enroll-token');
  const logFile = join(server.directory, 'agent.log');
  return {
    name: 'whodunit',
    whyNot,
    async start() {
      await writeFile(tokenFile, await server.enrollToken(), { mode: 0o600 });
      const log = openSync(logFile, 'a');
      const options = ['--api', server.url, '--state-dir', stateDir, '--enroll-token-file', tokenFile];
      const child = spawn(process.execPath, [program, 'run', ...options, '--sensor', 'ebpf'], {
        env: { PATH: process.env['PATH'] },
        stdio: ['ignore', log, log, 'ipc'],
      });
      closeSync(log);
      await new Promise((resolve, reject) => {
        child.once('message', resolve);
        child.once('exit', async () => reject(new Error(`The agent ended: ${await readFile(logFile, 'utf8')}`)));
      });
      return {
        pids: [child.pid ?? 0],
        digest: (load) => digest(server.sql, load),
        check: (load) => check(server.sql, load),
        stop: () => endChild(child),
      };
    },
  };
}

/** Another agent's programs would slow down every tool's load; one that was killed leaves them attached. */
function whyNot() {
  if (process.getuid?.() !== 0) return 'needs root';
  const pins = readdirSync('/sys/fs/bpf').filter((name) => name.startsWith('whodunit-'));
  if (pins.length === 0) return undefined;
  throw new Error(
    `A sensor is attached already (/sys/fs/bpf/${pins[0]}): stop its agent, or remove it (remove-sensor).`,
  );
}

/** @param {import('postgres').Sql} sql @param {import('../support/load.mjs').Load} load */
async function digest(sql, { killer, killed }) {
  const isThere = async () => {
    const [row] = await sql`select count(*)::int as deaths from deaths d join processes p using (boot, pid, start_ns)
      where p.parent_pid = ${killer}`;
    return row?.['deaths'] >= killed.length;
  };
  await until('every death is in Postgres', isThere, settleMs).catch(() => undefined);
}

/** @param {import('postgres').Sql} sql @param {import('../support/load.mjs').Load} load */
async function check(sql, { killer, killed }) {
  const isDecided = async () => (await sql`select 1 from pending_verdicts limit 1`).length === 0;
  await until('the worker has decided', isDecided, settleMs).catch(() => undefined);
  // Whatever would come twice has time to come.
  await sleep(500);
  const deaths = await sql`
    select d.pid, coalesce(d.cause = 'SIGNALED' and d.actor_kind = 'PARENT' and d.actor_pid = ${killer}
      and d.signal = 9, false) as right
    from deaths d join processes p using (boot, pid, start_ns) where p.parent_pid = ${killer}`;
  return compare(killed, /** @type {any} */ (deaths));
}
