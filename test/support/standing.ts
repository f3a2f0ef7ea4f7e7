/**
 * Programs that are started again whenever they end, as systemd, compose and Kubernetes do, and a Postgres that is: for tests that
 * kill them.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { chmod, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import postgres, { type Sql } from 'postgres';
import { tryPort } from '../../scripts/free-port.mjs';
import { startPostgres } from '../../scripts/postgres.mjs';
import { createDatabase } from './database.js';
import { eventually } from './eventually.js';

const root = path.resolve(import.meta.dirname, '../..');
/** A machine that is busy with other tests takes its time. */
const readyMs = 120_000;

export interface Standing {
  readonly pid: () => number;
  /** How often it ended without having been asked to. */
  readonly ownEnds: () => readonly string[];
  /** SIGKILL, and the next one is up. */
  kill(): Promise<void>;
  /** In order. @returns its exit status */
  stop(): Promise<number | null>;
  /** After it was stopped. */
  start(): Promise<void>;
}

/** @param isUp asked until it says so, after every start */
async function keepRunning(
  program: string,
  {
    env,
    directory,
    isUp,
  }: { env: NodeJS.ProcessEnv; directory: string; isUp: (child: ChildProcess) => Promise<boolean> },
): Promise<Standing> {
  const log = createWriteStream(path.join(directory, `${program}.log`), { flags: 'a' });
  const ownEnds: string[] = [];
  let isAsked = false;
  let child = start();
  function start(): ChildProcess {
    const args = [path.join(root, 'dist', `${program}.js`)];
    const started = spawn(process.execPath, args, { env, cwd: directory, stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
    started.stdout?.pipe(log, { end: false });
    started.stderr?.pipe(log, { end: false });
    started.once('exit', (code, signal) => {
      if (isAsked) return;
      ownEnds.push(`${program} ended by itself: ${signal ?? code}`);
      child = start();
    });
    return started;
  }
  const again = async () => {
    isAsked = false;
    child = start();
    await up();
  };
  const up = () => eventually(() => isUp(child).catch(() => false), readyMs);
  const end = async (signal: NodeJS.Signals) => {
    if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
    const ended = once(child, 'exit') as Promise<[number | null]>;
    isAsked = true;
    child.kill(signal);
    const [code] = await ended;
    return code;
  };
  await up();
  return {
    pid: () => child.pid!,
    ownEnds: () => ownEnds,
    kill: async () => {
      await end('SIGKILL');
      await again();
    },
    stop: () => end('SIGTERM'),
    start: again,
  };
}

/** The API at that address answers `/readyz` with 200. */
const isReady = async (url: string): Promise<boolean> =>
  (await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(5_000) })).ok;

export interface StandingPostgres {
  readonly url: string;
  /** The postmaster, or one backend: then it starts all others again by itself. @returns when it takes connections */
  kill(victim: 'postmaster' | 'backend', random: () => number): Promise<void>;
  stop(): Promise<void>;
}

/**
 * In a temporary directory, gone afterwards. Commits are written before they are answered: SIGKILL loses nothing that was
 *   written. Only the power cut is left out (fsync).
 */
export async function keepPostgres(): Promise<StandingPostgres> {
  const directory = await mkdtemp(path.join(tmpdir(), 'whodunit-standing-postgres-'));
  // Under root the server runs as another user, who has to get through to its own directory in here.
  await chmod(directory, 0o711);
  const start = () =>
    startPostgres({ dataDir: directory, database: 'standing', log: () => undefined, settings: { fsync: 'off' } });
  let server = await start();
  const { url } = server;
  return {
    url,
    kill: async (victim, random) => {
      if (victim === 'backend') {
        const backends = await childrenOf(server.pid);
        const pid = backends[Math.floor(random() * backends.length)];
        if (pid !== undefined) killIfThere(pid);
        return;
      }
      killIfThere(server.pid);
      await server.exited;
      server = await start();
      if (server.url !== url) throw new Error('Postgres came back elsewhere');
    },
    stop: async () => {
      await server.stop();
      await rm(path.dirname(server.dataDir), { recursive: true, force: true });
      await rm(directory, { recursive: true, force: true });
    },
  };
}

async function childrenOf(pid: number): Promise<number[]> {
  const threads = await readdir(`/proc/${pid}/task`);
  const lists = await Promise.all(threads.map((thread) => readFile(`/proc/${pid}/task/${thread}/children`, 'utf8')));
  return lists.flatMap((list) => list.split(' ').filter(Boolean).map(Number));
}

function killIfThere(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

export interface StandingServer {
  readonly url: string;
  readonly adminToken: string;
  readonly api: Standing;
  readonly worker: Standing;
  close(): Promise<void>;
}

export interface StandingStack {
  readonly sql: Sql;
  readonly server: StandingServer;
  close(): Promise<void>;
}

/** With a database of its own in the tests' Postgres, which is not to be killed. */
export async function keepStack(): Promise<StandingStack> {
  const database = await createDatabase();
  const sql = postgres(database.url, { max: 2, onnotice: () => undefined });
  const server = await keepServer(database.url);
  return {
    sql,
    server,
    close: async () => {
      await server.close();
      await sql.end({ timeout: 5 });
      await database.drop();
    },
  };
}

/** API and worker on a database that is migrated. */
export async function keepServer(databaseUrl: string): Promise<StandingServer> {
  const directory = await mkdtemp(path.join(tmpdir(), 'whodunit-standing-'));
  const port = await tryPort(0, '127.0.0.1');
  const url = `http://127.0.0.1:${port}`;
  const env = { ...process.env, DATABASE_URL: databaseUrl, PORT: `${port}`, WHODUNIT_STATE_DIR: directory };
  const api = await keepRunning('main', { env, directory, isUp: () => isReady(url) });
  const worker = await keepRunning('worker', { env, directory, isUp: async (child) => child.exitCode === null });
  return {
    url,
    adminToken: (await readFile(path.join(directory, 'admin-token'), 'utf8')).trim(),
    api,
    worker,
    close: async () => {
      await worker.stop();
      await api.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}
