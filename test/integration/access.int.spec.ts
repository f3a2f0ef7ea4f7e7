import { readFile, stat, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { connect } from 'node:net';
import { once } from 'node:events';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { buildApi } from '../../src/edge/api.js';
import { createLogger } from '../../src/platform/logger.js';
import { newToken } from '../../src/platform/tokens.js';
import { agentStart } from '../support/events.js';
import { eventually } from '../support/eventually.js';
import { enroll, enrollToken } from '../support/host.js';
import { startStack, type Stack } from '../support/stack.js';

let stack: Stack;
beforeAll(async () => void (stack = await startStack()));
afterAll(() => stack.close());

/** Hooks are signed: inbound.int.spec.ts. */
const open = [
  ...[/^\/healthz$/, /^\/readyz$/, /^\/v1\/enroll$/, /^\/docs($|\/)/, /^\/graphiql\//],
  /^\/v1\/hooks\/(generic|pagerduty)$/,
];
const ofAgents = ['/v1/batches', '/v1/commands', '/v1/reports', '/v1/answers'];

/** Every route that Fastify knows, by method. */
async function routes(): Promise<{ method: string; path: string }[]> {
  const app = await buildApi(stack.env, createLogger({ logLevel: 'silent' }, 'test'));
  const fastify = app.getHttpAdapter().getInstance() as unknown as FastifyInstance;
  const tree = fastify.printRoutes({ commonPrefix: false });
  await app.close();
  return parseTree(tree);
}

/** Lines such as `│   ├── -tokens (POST)`: each continues the path of the line that it hangs from. */
function parseTree(tree: string): { method: string; path: string }[] {
  const parts: string[] = [];
  return tree.split('\n').flatMap((line) => {
    const [, indent, part, methods] = /^(.*)── (\S+)(?: \((.*)\))?$/.exec(line) ?? [];
    if (indent === undefined || part === undefined) return [];
    parts.length = (indent.length - 1) / 4;
    parts.push(part);
    const path = parts.join('').replace('*', 'x').replace(/:\w+/, 'x');
    return (methods?.split(', ') ?? []).map((method) => ({ method, path }));
  });
}

/** Announces a large body and sends none of it: an answer means that nobody waited for the body. */
function askWithoutBody(method: string, path: string, token: string | null): Promise<{ status: number; body: string }> {
  const bodied = method !== 'GET' && method !== 'HEAD';
  const headers = {
    'content-type': 'application/json',
    ...(bodied ? { 'content-length': '100000' } : {}),
    ...(token ? { authorization: `Bearer ${token}` } : {}),
  };
  return new Promise((resolve, reject) => {
    const sent = request(`${stack.url}${path}`, { method, headers }, (reply) => {
      let body = '';
      reply.on('data', (chunk: Buffer) => (body += chunk.toString()));
      reply.on('end', () => {
        sent.destroy();
        resolve({ status: reply.statusCode!, body });
      });
    });
    sent.on('error', reject);
    if (bodied) sent.flushHeaders();
    else sent.end();
  });
}

describe('HTTP', () => {
  test('every_route_but_the_public_ones_is_closed_before_a_byte_of_the_body_is_read', async () => {
    const known = await routes();
    const closed = known.filter(({ path }) => !open.some((pattern) => pattern.test(path)));
    expect(known.length - closed.length).toBeGreaterThan(3);
    expect(closed.map(({ method, path }) => `${method} ${path}`)).toEqual(
      expect.arrayContaining([
        'POST /v1/batches',
        'POST /v1/enroll-tokens',
        'POST /graphql',
        'GET /graphql',
        'GET /metrics',
      ]),
    );
    const bad = [null, 'nonsense', newToken('admin'), newToken('host'), newToken('enroll')];
    for (const { method, path } of [...closed, { method: 'POST', path: '/not/there' }]) {
      for (const token of bad) {
        const reply = await askWithoutBody(method, path, token);
        expect([method, path, token, reply.status]).toEqual([method, path, token, 401]);
        if (method !== 'HEAD')
          expect(JSON.parse(reply.body)).toMatchObject({ status: 401, code: 'access/unauthenticated' });
      }
    }
  });

  test('public_routes_answer_without_a_token', async () => {
    for (const path of ['/healthz', '/readyz', '/docs', '/docs/openapi.json', '/graphiql/page.js']) {
      expect([path, (await stack.fetch(path, { token: null })).status]).toEqual([path, 200]);
    }
  });

  test('the_page_of_graphiql_is_public_and_runs_no_query', async () => {
    const headers = { accept: 'text/html' };
    const page = await stack.fetch('/graphql', { token: null, headers });
    expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html']);
    for (const query of ['query={hosts{nodes{name}}}', 'a=b&query={hosts{nodes{name}}}', 'extensions={}']) {
      expect((await stack.fetch(`/graphql?${query}`, { token: null, headers })).status).toBe(401);
    }
    const disguised = await stack.fetch('/graphql?%71uery={__typename}', { token: null, headers });
    expect(await disguised.text()).toContain('<html');
  });

  test('the_credential_of_a_host_opens_what_agents_call_and_nothing_else', async () => {
    const host = await stack.enroll('access-host');
    expect((await host.send([agentStart(1)])).status).toBe(200);
    for (const { method, path } of await routes()) {
      if (ofAgents.includes(path) || open.some((pattern) => pattern.test(path))) continue;
      expect([path, (await askWithoutBody(method, path, host.credential)).status]).toEqual([path, 403]);
    }
    const asAdmin = await stack.fetch('/v1/batches', {
      method: 'POST',
      body: JSON.stringify(host.batch([agentStart(2)])),
    });
    expect([asAdmin.status, await asAdmin.json()]).toMatchObject([403, { code: 'access/not-a-host' }]);
  });
});

describe('WebSocket', () => {
  /** How the server closes a connection that begins so. */
  function closing(first: object): Promise<{ code: number; reason: string }> {
    const socket = new WebSocket(`${stack.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
    socket.on('open', () => socket.send(JSON.stringify(first)));
    return new Promise((resolve, reject) => {
      socket.on('close', (code, reason) => resolve({ code, reason: reason.toString() }));
      socket.on('error', reject);
    });
  }
  const init = (payload?: object) => ({ type: 'connection_init', payload });

  test('no_token_or_a_wrong_one_is_closed_with_4401', async () => {
    const bad = [
      undefined,
      {},
      { authorization: 7 },
      { authorization: 'Bearer x' },
      { authorization: `Bearer ${newToken('admin')}` },
    ];
    for (const payload of bad)
      expect(await closing(init(payload))).toEqual({ code: 4401, reason: 'access/unauthenticated' });
    expect(await closing({ id: '1', type: 'subscribe', payload: { query: '{ __typename }' } })).toMatchObject({
      code: 4401,
    });
  });

  test('the_credential_of_a_host_is_closed_with_4403', async () => {
    const { credential } = await stack.enroll('access-ws');
    expect(await closing(init({ authorization: `Bearer ${credential}` }))).toEqual({
      code: 4403,
      reason: 'access/not-allowed',
    });
  });

  test('the_token_may_come_as_a_header_of_the_handshake', async () => {
    const options = { headers: { authorization: `Bearer ${stack.adminToken}` } };
    const socket = new WebSocket(`${stack.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws', options);
    socket.on('open', () => socket.send(JSON.stringify(init())));
    const answer = await new Promise((resolve, reject) => {
      socket.on('message', (data) => resolve(JSON.parse(String(data))));
      socket.on('error', reject);
    });
    expect(answer).toMatchObject({ type: 'connection_ack' });
    socket.close();
  });

  test('another_path_takes_no_upgrade', async () => {
    const socket = new WebSocket(`${stack.url.replace('http', 'ws')}/v1/batches`);
    const [error] = await new Promise<[Error]>((resolve) => socket.once('error', (...args) => resolve(args)));
    expect(error.message).toContain('404');
  });
});

describe('enrolment', () => {
  test('a_token_enrols_once', async () => {
    const token = await enrollToken(stack);
    expect((await enroll(stack, token, 'once')).status).toBe(201);
    expect(await enroll(stack, token, 'once')).toMatchObject({
      status: 401,
      body: { code: 'access/bad-enroll-token' },
    });
    expect(await enroll(stack, token, 'another')).toMatchObject({ status: 401 });
  });

  test('a_token_enrols_once_also_in_a_race', async () => {
    const token = await enrollToken(stack);
    const replies = await Promise.all(Array.from({ length: 10 }, (_, n) => enroll(stack, token, `race-${n % 3}`)));
    expect(replies.map((reply) => reply.status).sort()).toEqual([201, ...Array(9).fill(401)]);
    const [row] = await stack.sql`select count(*)::int as n from hosts where name like 'race-%'`;
    expect(row).toEqual({ n: 1 });
  });

  test('one_machine_that_enrols_twice_at_once_is_one_host_with_one_credential', async () => {
    const tokens = await Promise.all(Array.from({ length: 6 }, () => enrollToken(stack)));
    const replies = await Promise.all(tokens.map((token) => enroll(stack, token, 'twice')));
    expect(new Set(replies.map((reply) => reply.status))).toEqual(new Set([201]));
    expect(new Set(replies.map((reply) => reply.body.hostId)).size).toBe(1);
    const live = await stack.sql`
      select c.id from host_credentials c join hosts h on h.id = c.host_id where h.name = 'twice' and c.revoked_at is null`;
    expect(live).toHaveLength(1);
  });

  test('an_expired_token_is_refused', async () => {
    const token = await enrollToken(stack);
    await stack.sql`update enroll_tokens set expires_at = now() - interval '1 second' where used_at is null`;
    expect(await enroll(stack, token, 'late')).toMatchObject({
      status: 401,
      body: { code: 'access/bad-enroll-token' },
    });
  });

  test('an_enrolment_that_is_not_well_formed_spends_no_token', async () => {
    const token = await enrollToken(stack);
    for (const body of ['{}', '[]', '{"machineId":"x","name":"y"}', `{"machineId":"${'a'.repeat(32)}","name":"-"}`]) {
      const reply = await stack.fetch('/v1/enroll', { method: 'POST', token, body });
      expect([reply.status, await reply.json()]).toMatchObject([400, { code: 'access/bad-enroll-request' }]);
    }
    expect((await enroll(stack, token, 'well-formed')).status).toBe(201);
  });

  test('enrolling_again_keeps_the_host_and_revokes_its_earlier_credential', async () => {
    const first = await stack.enroll('again');
    expect((await first.send([agentStart(1)])).status).toBe(200);
    const second = await stack.enroll('again');
    expect(second.id).toBe(first.id);
    await eventually(async () => (await first.send([agentStart(2)])).status === 401);
    expect((await second.send([agentStart(1)])).status).toBe(200);
  });
});

describe('secrets', () => {
  test('only_hashes_are_in_the_database', async () => {
    const host = await stack.enroll('secretive');
    const token = await enrollToken(stack);
    await enroll(stack, token, 'secretive-too');
    const needles = [stack.adminToken, host.credential, token].flatMap((secret) => [
      secret,
      secret.replace(/^wd_[a-z]+_/, ''),
    ]);
    const columns = await stack.sql<{ table: string; column: string }[]>`
      select table_schema || '.' || table_name as table, column_name as column from information_schema.columns
      where table_schema not in ('pg_catalog', 'information_schema')`;
    expect(columns.length).toBeGreaterThan(50);
    for (const { table, column } of columns) {
      const values = await stack.sql.unsafe<{ text: string; hex: string | null }[]>(
        `select "${column}"::text as text from ${table} where "${column}" is not null`,
      );
      const all = values.map(({ text }) => text).join('\n');
      for (const needle of needles) {
        expect(all.includes(needle), `${table}.${column}`).toBe(false);
        expect(all.includes(Buffer.from(needle).toString('hex')), `${table}.${column}`).toBe(false);
      }
    }
  });

  test('the_admin_token_is_readable_by_its_owner_only_and_kept_across_restarts', async () => {
    const file = join(stack.env.stateDir, 'admin-token');
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    await stack.restartApi();
    expect((await readFile(file, 'utf8')).trim()).toBe(stack.adminToken);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect((await stack.gql('{ __typename }')).status).toBe(200);
  });

  test('a_new_admin_token_in_the_file_revokes_the_one_before', async () => {
    const file = join(stack.env.stateDir, 'admin-token');
    const other = newToken('admin');
    await writeFile(file, `${other}\n`);
    await stack.restartApi();
    expect((await stack.fetch('/metrics')).status).toBe(401);
    expect((await stack.fetch('/metrics', { token: other })).status).toBe(200);
    await writeFile(file, `${stack.adminToken}\n`);
    await stack.restartApi();
    expect((await stack.fetch('/metrics')).status).toBe(200);
  });

  test('an_admin_token_file_that_holds_something_else_stops_the_start_with_a_sentence', async () => {
    const file = join(stack.env.stateDir, 'admin-token');
    await writeFile(file, 'hunter2\n');
    try {
      await expect(stack.startSecondApi()).rejects.toThrow(/admin-token does not hold an admin token/);
    } finally {
      await writeFile(file, `${stack.adminToken}\n`);
    }
  });

  test('a_connection_on_which_nothing_was_asked_does_not_hold_up_the_end', async () => {
    const { hostname, port } = new URL(stack.url);
    const socket = connect(Number(port), hostname);
    await once(socket, 'connect');
    const closed = once(socket, 'close');
    await stack.restartApi();
    await closed;
    expect((await stack.fetch('/healthz')).status).toBe(200);
  });
});
