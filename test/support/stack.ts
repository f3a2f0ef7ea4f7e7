/**
 * The server as it runs, on a database of its own: the real API in this process, the real worker when asked for, hosts
 * that enrolled as agents do.
 */
import 'reflect-metadata';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient } from 'graphql-ws';
import postgres, { type Sql } from 'postgres';
import { WebSocket } from 'ws';
import { startApi, type Api } from '../../src/edge/api.js';
import { readEnv, type Env, type IncidentSettings } from '../../src/platform/env.js';
import { createLogger } from '../../src/platform/logger.js';
import type { Running } from '../../src/platform/program.js';
import { startWorker } from '../../src/worker.module.js';
import { createDatabase } from './database.js';
import { enrollHost, type TestHost } from './host.js';

export interface StackOptions {
  /** Decide verdicts in the background. */
  readonly worker?: boolean;
  readonly queueUrl?: string;
  readonly incidents?: Partial<IncidentSettings>;
  /** Networks that receivers may be in. */
  readonly deliveryAllow?: readonly string[];
  readonly deliveryCaFile?: string;
  readonly publicUrl?: string;
  /** Another database than a fresh one; whoever gives it drops it. */
  readonly databaseUrl?: string;
}

// What a GraphQL query answers is known to the test that wrote the query.
// oxlint-disable-next-line typescript/no-explicit-any
export type Answer = any;

export interface GraphqlReply {
  readonly status: number;
  readonly data: Answer;
  readonly errors: readonly { readonly message: string; readonly extensions: { readonly code: string } }[] | undefined;
}

export interface Subscription extends AsyncIterator<{ data?: Answer; errors?: Answer }> {
  /** Closes the connection. */
  dispose(): Promise<void>;
}

export interface Stack {
  readonly url: string;
  readonly env: Env;
  readonly adminToken: string;
  /** For looking into the tables, and for breaking them. */
  readonly sql: Sql;
  gql(query: string, variables?: object): Promise<GraphqlReply>;
  fetch(path: string, init?: RequestInit & { token?: string | null }): Promise<Response>;
  enroll(name: string): Promise<TestHost>;
  subscribe(query: string, variables?: Record<string, unknown>, url?: string): Subscription;
  /** Another API process' worth of API on the same database. */
  startSecondApi(): Promise<Api>;
  startWorker(): Promise<Running>;
  restartApi(): Promise<void>;
  close(): Promise<void>;
}

export async function startStack(options: StackOptions = {}): Promise<Stack> {
  const database = options.databaseUrl ? null : await createDatabase();
  const stateDir = await mkdtemp(join(tmpdir(), 'whodunit-test-state-'));
  const databaseUrl = options.databaseUrl ?? database!.url;
  const logLevel = process.env['TEST_LOG'] ? 'debug' : 'silent';
  let env: Env = {
    ...readEnv({ DATABASE_URL: databaseUrl, PORT: '0', WHODUNIT_STATE_DIR: stateDir, WHODUNIT_LOG_LEVEL: logLevel }),
    queueUrl: options.queueUrl ?? null,
    deliveryAllow: options.deliveryAllow ?? [],
    deliveryCaFile: options.deliveryCaFile ?? null,
    publicUrl: options.publicUrl ?? null,
  };
  env = { ...env, incidents: { ...env.incidents, ...options.incidents } };
  const logger = createLogger(env, 'test');

  let api = await startApi(env, logger);
  const { url } = api;
  env = { ...env, port: Number(new URL(url).port) };
  const alsoRunning: Running[] = [];
  const sql = postgres(databaseUrl, { max: 4, onnotice: () => undefined });
  const adminToken = (await readFile(join(stateDir, 'admin-token'), 'utf8')).trim();
  /** Closed at the end, unless the test has done so. */
  const track = <T extends Running>(running: T): T => {
    let closing: Promise<void> | undefined;
    const closable = { ...running, close: () => (closing ??= running.close()) };
    alsoRunning.push(closable);
    return closable;
  };

  const stack: Stack = {
    url,
    env,
    adminToken,
    sql,
    gql: async (query, variables) => {
      const body = JSON.stringify({ query, variables });
      const reply = await stack.fetch('/graphql', { method: 'POST', body });
      const { data, errors } = (await reply.json()) as GraphqlReply;
      return { status: reply.status, data, errors };
    },
    fetch: (path, { token = adminToken, headers, ...init } = {}) =>
      fetch(`${url}${path}`, {
        ...init,
        headers: {
          ...(init.body ? { 'content-type': 'application/json' } : {}),
          ...(token ? { authorization: `Bearer ${token}` } : {}),
          ...(headers as Record<string, string>),
        },
      }),
    enroll: (name) => enrollHost(stack, name),
    subscribe: (query, variables, at = url) => subscribe(at, adminToken, query, variables),
    startSecondApi: async () => track(await startApi({ ...env, port: 0 }, logger)),
    startWorker: async () => track(await startWorker(env, logger)),
    restartApi: async () => {
      await api.close();
      api = await startApi(env, logger);
    },
    close: async () => {
      for (const running of alsoRunning.reverse()) await running.close();
      await api.close();
      await sql.end({ timeout: 5 });
      await database?.drop();
      await rm(stateDir, { recursive: true, force: true });
    },
  };
  if (options.worker) await stack.startWorker();
  return stack;
}

function subscribe(url: string, token: string, query: string, variables: Record<string, unknown> = {}): Subscription {
  const client = createClient({
    url: `${url.replace('http', 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    connectionParams: { authorization: `Bearer ${token}` },
    retryAttempts: 0,
  });
  const iterator = client.iterate({ query, variables }) as AsyncIterableIterator<Answer>;
  return {
    next: () => iterator.next(),
    return: () => iterator.return!(),
    dispose: async () => client.dispose(),
  };
}
