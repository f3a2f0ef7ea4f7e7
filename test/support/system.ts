/**
 * The whole product as its own processes, as a user runs it: built API and worker, bundled agent with the real sensor,
 * a database of its own. Everything that was started is stopped by its pid.
 */
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { hostname, tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { createDatabase, type TestDatabase } from './database.js';
import { skipKernelLogHistory } from './kernel-log.js';

const root = path.resolve(import.meta.dirname, '../..');

export interface GraphqlReply<T> {
  readonly data: T | null;
  readonly errors?: readonly { message: string; extensions: { code: string } }[];
}

export interface System {
  readonly url: string;
  readonly databaseUrl: string;
  readonly host: string;
  readonly adminToken: string;
  readonly agent: ChildProcess;
  /** It, and those that came after it; those that ended, too. */
  readonly agents: readonly ChildProcess[];
  /** Where the agents keep credential and spool. */
  readonly agentDirectory: string;
  /** As the admin, unless said otherwise. */
  fetch(path: string, init?: RequestInit & { readonly token?: string | null }): Promise<Response>;
  gql<T>(query: string, variables?: Record<string, unknown>): Promise<GraphqlReply<T>>;
  /** Ends the API as `kill -9` would, or in order. */
  stopApi(signal: 'SIGTERM' | 'SIGKILL'): Promise<void>;
  startApi(): Promise<void>;
  stopWorker(signal: 'SIGTERM' | 'SIGKILL'): Promise<void>;
  startWorker(): void;
  /** Reads the trail as an auditor does. @returns what it says @throws Error when it is not whole */
  verifyTrail(): Promise<string>;
  /** One more agent in the same directory, for tests that end the first; nobody waits until it is ready. */
  spawnAgent(how?: AgentStart): ChildProcess;
  agentLog(): Promise<string>;
  close(): Promise<void>;
}

export interface AgentStart {
  readonly options?: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
}

export interface SystemStart extends AgentStart {
  /** Another one than of vitest's server; dropped in the end all the same. */
  readonly database?: TestDatabase;
  /** Settings of API and worker. */
  readonly server?: Readonly<Record<string, string>>;
}

const agentProgram = path.join(root, 'dist/agent/whodunit-agent.mjs');

export async function startSystem(how: SystemStart = {}): Promise<System> {
  const database = how.database ?? (await createDatabase());
  const directory = await mkdtemp(path.join(tmpdir(), 'whodunit-e2e-'));
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const env = {
    ...process.env,
    DATABASE_URL: database.url,
    PORT: String(port),
    WHODUNIT_STATE_DIR: directory,
    ...how.server,
  };
  const start = (name: string, args: string[]) => startNode({ name, args, env, directory });

  const apiArgs = [path.join(root, 'dist/main.js')];
  let api = start('api', apiArgs);
  const startWorker = () => start('worker', [path.join(root, 'dist/worker.js')]);
  let worker = startWorker();
  await ready(url, api);
  const adminToken = (await readFile(path.join(directory, 'admin-token'), 'utf8')).trim();
  const agentDirectory = path.join(directory, 'agent');
  skipKernelLogHistory(agentDirectory);
  const tokenFile = path.join(directory, 'enroll-token');
  await writeFile(tokenFile, await enrollToken(url, adminToken), { mode: 0o600 });
  const agentArgs = [
    'run',
    '--no-config',
    '--api',
    url,
    '--state-dir',
    agentDirectory,
    '--enroll-token-file',
    tokenFile,
  ];
  const agents: ChildProcess[] = [];
  const spawnAgent = ({ options = [], env: more = {} }: AgentStart = {}) => {
    const args = [agentProgram, ...agentArgs, '--sensor', 'ebpf', ...options];
    agents.push(startNode({ name: 'agent', args, env: { ...env, ...more }, directory }));
    return agents.at(-1)!;
  };
  const agent = spawnAgent(how);
  const agentLog = () => readFile(path.join(directory, 'agent.log'), 'utf8');
  await agentReady(agent, agentLog);

  return {
    url,
    databaseUrl: database.url,
    host: hostname(),
    adminToken,
    agent,
    agents,
    agentDirectory,
    spawnAgent,
    agentLog,
    fetch: (at, { token = adminToken, ...init } = {}) => {
      const headers = {
        authorization: `Bearer ${token}`,
        ...(init.body ? { 'content-type': 'application/json' } : {}),
      };
      return fetch(`${url}${at}`, { ...init, headers });
    },
    gql: (query, variables) => ask(url, adminToken, query, variables),
    stopApi: (signal) => stop(api, signal),
    startApi: async () => {
      api = start('api', apiArgs);
      await ready(url, api);
    },
    stopWorker: (signal) => stop(worker, signal),
    startWorker: () => void (worker = startWorker()),
    verifyTrail: async () => {
      const verify = path.join(root, 'dist/audit-verify.js');
      return (await promisify(execFile)(process.execPath, [verify], { env })).stdout;
    },
    close: async () => {
      for (const one of agents) await stop(one, 'SIGTERM');
      // One that was killed has left it.
      await promisify(execFile)(process.execPath, [agentProgram, 'remove-sensor', '--state-dir', agentDirectory]);
      await stop(worker, 'SIGTERM');
      await stop(api, 'SIGTERM');
      await database.drop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

interface NodeProgram {
  readonly name: string;
  readonly args: string[];
  readonly env: NodeJS.ProcessEnv;
  readonly directory: string;
}

function startNode({ name, args, env, directory }: NodeProgram): ChildProcess {
  const child = spawn(process.execPath, args, { env, cwd: directory, stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
  const log = createWriteStream(path.join(directory, `${name}.log`), { flags: 'a' });
  child.stdout?.pipe(log, { end: false });
  child.stderr?.pipe(log, { end: false });
  return child;
}

async function ready(url: string, api: ChildProcess): Promise<void> {
  for (let attempt = 0; attempt < 900; attempt++) {
    if (api.exitCode !== null) throw new Error(`the API ended with ${api.exitCode}`);
    const reply = await fetch(`${url}/readyz`).catch(() => null);
    if (reply?.ok) return;
    await sleep(100);
  }
  throw new Error('the API did not become ready');
}

/** It has delivered its first process list, and whatever earlier agents left. */
export async function agentReady(agent: ChildProcess, log: () => Promise<string>): Promise<void> {
  const ended = once(agent, 'exit').then(async () => {
    throw new Error(`the agent ended: ${await log()}`);
  });
  await Promise.race([once(agent, 'message'), ended]);
  ended.catch(() => undefined);
}

async function enrollToken(url: string, adminToken: string): Promise<string> {
  const headers = { authorization: `Bearer ${adminToken}` };
  const reply = await fetch(`${url}/v1/enroll-tokens`, { method: 'POST', headers });
  return ((await reply.json()) as { token: string }).token;
}

async function ask<T>(url: string, token: string, query: string, variables = {}): Promise<GraphqlReply<T>> {
  const reply = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables }),
  });
  return (await reply.json()) as GraphqlReply<T>;
}

export async function stop(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill(signal);
  await ended;
}

async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}
