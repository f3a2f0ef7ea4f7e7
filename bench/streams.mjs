/**
 * `npm run bench -- streams`: 10,000 agents listen for commands at one API process. What one that waits costs in memory, how
 * long it takes until all are there, and one command to each.
 */
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { endChild, residentKib, until } from './support/processes.mjs';
import { startServer } from './support/server.mjs';

const ours = 'whodunit';
const [streamsMax, quickStreams, warmUp] = [10_000, 2_000, 200];
const kibMax = 40;
const waitMs = 240_000;
/** Memory is looked at when what came with the opening is gone. */
const restMs = 15_000;

export const streamTools = [ours];

/**
 * @param {{ quick: boolean, log: (line: string) => void, cleanups: import('./support/cleanups.mjs').Cleanups }} options
 */
export async function benchStreams({ quick, log, cleanups }) {
  const many = quick ? quickStreams : streamsMax;
  log('starting Postgres and API …');
  const server = await startServer(cleanups, { stepsBack: false });
  server.rest('worker');
  const { sql } = server;
  const credentials = await enrol(sql, warmUp + many);
  const held = async () => (await sql`select count(*)::int as n from command_streams`)[0]?.['n'];

  // Code is compiled, pools are filled: the first streams pay for what is there once.
  const first = await startHolders(
    { url: server.url, credentials: credentials.slice(0, warmUp), address: 1 },
    cleanups,
  );
  await first.connect();
  await until('the first streams are known', async () => (await held()) === warmUp, waitMs);
  await sleep(restMs);
  const before = residentKib([server.pids.main]);

  log(`${many} streams …`);
  const rest = await startHolders({ url: server.url, credentials: credentials.slice(warmUp), address: 2 }, cleanups);
  const begin = performance.now();
  await rest.connect();
  const connectSeconds = (performance.now() - begin) / 1_000;
  await until('all streams are known', async () => (await held()) === warmUp + many, waitMs);
  const knownSeconds = (performance.now() - begin) / 1_000;
  await sleep(restMs);
  const kib = (residentKib([server.pids.main]) - before) / many;

  log(`${many} streams use ${kib.toFixed(1)} KiB each; a command to each …`);
  const asked = performance.now();
  await command(sql, warmUp, many);
  await until('a command has reached each', async () => (await rest.reached()) === many, waitMs);
  const reachSeconds = (performance.now() - asked) / 1_000;
  await sleep(1_000);
  const received = await rest.received();
  if (received !== many) throw new Error(`${received} commands came to ${many} streams: none may come twice.`);
  const [row] = await sql`select count(*)::int as n from job_commands where state = 'SENT' and sends = 1`;
  if (row?.['n'] !== many) throw new Error(`${row?.['n']} of ${many} commands are marked as sent.`);
  return {
    figures: figuresOf({ many, kib, connectSeconds, knownSeconds, reachSeconds }),
    samples: { kib, reachSeconds },
  };
}

/** Hosts with credentials, as enrolment leaves them. @param {import('postgres').Sql} sql @param {number} many */
async function enrol(sql, many) {
  const credentials = Array.from({ length: many }, () => `wd_host_${randomBytes(32).toString('base64url')}`);
  const digests = credentials.map((credential) => createHash('sha256').update(credential).digest('hex'));
  await sql`insert into hosts (machine_id, name) select md5(n::text), 'bench-' || n from generate_series(1, ${many}) n order by n`;
  await sql`insert into host_credentials (host_id, hash) select h.id, decode(d.digest, 'hex')
    from hosts h join unnest(${digests}::text[]) with ordinality d(digest, n) on h.name = 'bench-' || d.n`;
  return credentials;
}

/**
 * Signed commands, as the worker leaves them, for the API to mark, to write down and to send.
 * @param {import('postgres').Sql} sql @param {number} from @param {number} many
 */
async function command(sql, from, many) {
  const hosts = await sql`select id from hosts order by id offset ${from} limit ${many}`;
  const rows = hosts.map(({ id }) => ({ host: id, job: randomUUID(), command: randomUUID() }));
  const json = JSON.stringify(rows);
  await sql.begin(async (tx) => {
    await tx`insert into jobs (id, created_at, updated_at, deadline, action, state, reason, requested_by, requester_role, plan, plan_digest,
        seal, approvals_needed, request_digest)
      select r.job, now(), now(), now() + interval '10 min', 'SIGNAL_PROCESS', 'QUEUED', 'bench', 'bench', 'admin', '{}', '', '', 0, ''
      from jsonb_to_recordset(${json}::text::jsonb) as r(job uuid)`;
    await tx`insert into job_commands (id, job_id, host_id, created_at, wave, target, state, expires_at, envelope)
      select r.command, r.job, r.host, now(), 0, 'host', 'SIGNED', now() + interval '10 min', ${'x'.repeat(600)}
      from jsonb_to_recordset(${json}::text::jsonb) as r(host int, job uuid, command uuid)`;
    for (let begin = 0; begin < rows.length; begin += 100) {
      const news = rows.slice(begin, begin + 100).map(({ host, job }) => `${host}:${job}`);
      await tx`select pg_notify('whodunit_commands', ${news.join(' ')})`;
    }
  });
}

/**
 * @param {{ url: string, credentials: readonly string[], address: number }} options
 * @param {import('./support/cleanups.mjs').Cleanups} cleanups
 */
async function startHolders(options, cleanups) {
  const child = fork(join(import.meta.dirname, 'streams/holders.mjs'));
  cleanups.defer(() => endChild(child, 'SIGKILL'));
  const ask = async (/** @type {unknown} */ what) => {
    child.send(/** @type {any} */ (what));
    const ended = once(child, 'exit').then(() => Promise.reject(new Error('Who held the streams ended: see above.')));
    const [answer] = await Promise.race([once(child, 'message'), ended]);
    return answer;
  };
  return {
    connect: () => ask(options),
    /** @returns {Promise<number>} streams that have had one */
    reached: () => ask('reached'),
    /** @returns {Promise<number>} commands */
    received: () => ask('received'),
  };
}

/**
 * @param {{ many: number, kib: number, connectSeconds: number, knownSeconds: number, reachSeconds: number }} measured
 * @returns {import('./figures/figure.mjs').Figure[]}
 */
function figuresOf({ many, kib, connectSeconds, knownSeconds, reachSeconds }) {
  return [
    {
      name: `memory of an idle stream, of ${many}`,
      unit: 'KiB',
      values: { [ours]: kib },
      target: `≤ ${kibMax}`,
      holds: kib <= kibMax,
    },
    { name: '  all connected after', unit: 's', values: { [ours]: connectSeconds } },
    { name: '  all known after', unit: 's', values: { [ours]: knownSeconds } },
    {
      name: `one command to each of ${many}: the last after`,
      unit: 's',
      values: { [ours]: reachSeconds },
      target: 'each, once',
      holds: true,
    },
  ];
}
