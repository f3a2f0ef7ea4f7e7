import { randomBytes } from 'node:crypto';
import { request } from 'node:http';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { brotliCompressSync, createGzip, deflateSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { newToken } from '../../src/platform/tokens.js';
import { agentStart, described, exited, killing, life, signalled } from '../support/events.js';
import { eventually } from '../support/eventually.js';
import { replyOf, type Reply, type TestHost } from '../support/host.js';
import { residentBytes } from '../support/memory.js';
import { startStack, type Stack } from '../support/stack.js';

let stack: Stack;
let host: TestHost;
let rowsBefore: string;
let residentBefore: number;
const mebibyte = 1024 * 1024;

beforeAll(async () => {
  stack = await startStack();
  host = await stack.enroll('bad-input');
  await host.send([agentStart(1), ...killing(life(100), life(101), 200), described(life(102))]);
  await expectGoodAnswer();
  rowsBefore = await rowCounts();
  residentBefore = residentBytes();
});
afterAll(() => stack.close());

async function rowCounts(): Promise<string> {
  const tables = await stack.sql`select tablename as name from pg_tables where schemaname = 'public' order by 1`;
  const counts = await Promise.all(
    tables.map(async ({ name }) => [name, (await stack.sql`select count(*)::int as n from ${stack.sql(name)}`)[0]!.n]),
  );
  return JSON.stringify(counts);
}

async function expectGoodAnswer() {
  const { data } = await stack.gql(`{ whoKilled(host: "bad-input", pid: 100) { verdict { cause } } }`);
  expect(data).toEqual({ whoKilled: { verdict: { cause: 'SIGNALED' } } });
}

const post = async (
  body: string | Uint8Array<ArrayBuffer>,
  headers: Record<string, string> = {},
  path = '/v1/batches',
  token = host.credential,
) => replyOf(await stack.fetch(path, { method: 'POST', body, headers, token }));

/** Every refusal says what it is, to programs and to people. */
function expectProblem(reply: Pick<Reply, 'status' | 'body'>, status: number, code: string) {
  expect(reply.body).toMatchObject({ status, code });
  expect(reply.status).toBe(status);
  expect(reply.body.detail).toMatch(/^\S.*\.$/s);
  expect(reply.body.detail).not.toMatch(/\bat .*:\d+:\d+/);
}

describe('bodies', () => {
  test('what_is_not_json_is_refused', async () => {
    for (const body of ['{', 'nonsense', '', '{"a":1}}', '\0', '[1,]', '{"__proto__":{"a":1}}']) {
      for (const path of ['/v1/batches', '/graphql']) {
        const token = path === '/graphql' ? stack.adminToken : host.credential;
        const reply = await post(body, { 'content-type': 'application/json' }, path, token);
        expectProblem(reply, 400, 'http/not-json');
      }
    }
  });

  test('json_that_is_no_batch_is_refused_and_the_field_is_named', async () => {
    for (const body of ['null', '7', '"x"', '[]', '{}', '{"version":2}'])
      expectProblem(await post(body), 400, 'ingest/bad-batch');
    const good = host.batch([exited(life(102), 300)]);
    const wrong: [object, string][] = [
      [{ ...good, version: 2 }, '/version'],
      [{ ...good, epoch: 'x' }, '/epoch'],
      [{ ...good, sequence: 0 }, '/sequence'],
      [{ ...good, sequence: 2 ** 53 }, '/sequence'],
      [{ ...good, sequence: 1.5 }, '/sequence'],
      [{ ...good, bootId: null }, '/bootId'],
      [{ ...good, bootedAt: 'yesterday' }, '/bootedAt'],
      [{ ...good, events: [] }, '/events'],
      [{ ...good, events: Array(5_001).fill(exited(life(102), 300)) }, '/events'],
      [{ ...good, events: [7] }, '/events/0'],
      [{ ...good, events: [{ ...exited(life(102), 300), pid: -1 }] }, '/events/0/pid'],
      [{ ...good, events: [{ ...exited(life(102), 300), pid: 4_194_305 }] }, '/events/0/pid'],
      [{ ...good, events: [{ ...exited(life(102), 300), start: '1e3' }] }, '/events/0/start'],
      [{ ...good, events: [{ ...signalled(life(102), 300, 9), target: { pid: 1 } }] }, '/events/0/target'],
      [{ ...good, events: [{ kind: 'Exit', at: '1' }] }, '/events/0/kind'],
    ];
    for (const [batch, field] of wrong) {
      const reply = await post(JSON.stringify(batch));
      expectProblem(reply, 400, 'ingest/bad-batch');
      expect(reply.body.field).toBe(field);
    }
  });

  test('deep_json_is_refused', async () => {
    const deep = (levels: number) => '['.repeat(levels) + ']'.repeat(levels);
    expectProblem(await post(deep(5_000_000)), 400, 'ingest/bad-batch');
    expectProblem(await post(`{"version":1,"events":${deep(1_000_000)}}`), 400, 'ingest/bad-batch');
    const variables = await post(
      `{"query":"{ __typename }","variables":{"a":${deep(200_000)}}}`,
      {},
      '/graphql',
      stack.adminToken,
    );
    expect(variables.status).toBeLessThan(500);
  });

  test('a_wrong_token_is_refused', async () => {
    expectProblem(await post('{}', {}, '/v1/batches', newToken('host')), 401, 'access/unauthenticated');
  });

  test('other_content_types_are_refused', async () => {
    const batch = JSON.stringify(host.batch([exited(life(102), 300)]));
    for (const type of [
      'text/plain',
      'application/x-www-form-urlencoded',
      'multipart/form-data; boundary=x',
      'application/xml',
      'x',
    ]) {
      expectProblem(await post(batch, { 'content-type': type }), 415, 'http/media-type');
      const query = await post('{"query":"{ __typename }"}', { 'content-type': type }, '/graphql', stack.adminToken);
      expectProblem(query, 415, 'http/media-type');
    }
  });

  test('a_body_of_100_megabytes_is_refused_while_it_is_sent', async () => {
    for (const [path, token] of [
      ['/v1/batches', host.credential],
      ['/graphql', stack.adminToken],
      ['/v1/enroll', ''],
    ] as const) {
      expectProblem(await postStream(path, token, 100 * mebibyte, false), 413, 'http/too-large');
      expectProblem(await postStream(path, token, 100 * mebibyte, true), 413, 'http/too-large');
    }
  });

  test('a_query_beyond_one_mebibyte_is_refused', async () => {
    const body = JSON.stringify({ query: `{ __typename } # ${'x'.repeat(mebibyte)}` });
    expectProblem(await post(body, {}, '/graphql', stack.adminToken), 413, 'http/too-large');
  });
});

/** Sends as much as is taken, with its length announced or in chunks, and gives up when the answer is there. */
function postStream(
  path: string,
  token: string,
  bytes: number,
  announced: boolean,
): Promise<Pick<Reply, 'status' | 'body'>> {
  const headers = {
    'content-type': 'application/json',
    authorization: `Bearer ${token}`,
    ...(announced ? { 'content-length': String(bytes) } : {}),
  };
  const chunk = Buffer.alloc(64 * 1024, ' ');
  return new Promise((resolve, reject) => {
    let answered = false;
    const sent = request(`${stack.url}${path}`, { method: 'POST', headers }, (reply) => {
      answered = true;
      let text = '';
      reply.on('data', (part: Buffer) => (text += part.toString()));
      reply.on('end', () => {
        sent.destroy();
        resolve({ status: reply.statusCode!, body: JSON.parse(text) });
      });
    });
    sent.on('error', (error) => (answered ? undefined : reject(error)));
    let left = bytes;
    const pump = () => {
      while (left > 0 && !answered) {
        left -= chunk.length;
        if (!sent.write(chunk)) return void sent.once('drain', pump);
      }
      if (!answered) sent.end();
    };
    pump();
  });
}

describe('compressed bodies', () => {
  const gzip = { 'content-encoding': 'gzip' };

  test('a_good_batch_may_be_compressed_and_a_resend_stores_nothing', async () => {
    const batch = host.batch([agentStart(1)], { sequence: 1 });
    const reply = await post(gzipSync(JSON.stringify(batch)), { ...gzip, 'content-type': 'application/json' });
    expect(reply).toMatchObject({ status: 200, body: { committed: 6 } });
  });

  test('a_gzip_bomb_is_refused_before_it_is_large', async () => {
    const bomb = await buffer(Readable.from(Array(200).fill(Buffer.alloc(mebibyte, ' '))).pipe(createGzip()));
    expect(bomb.length).toBeLessThan(mebibyte);
    const json = { ...gzip, 'content-type': 'application/json' };
    expectProblem(await post(bomb, json), 413, 'http/too-large');
    expectProblem(await post(bomb, json, '/graphql', stack.adminToken), 413, 'http/too-large');
    const nested = gzipSync(bomb);
    expectProblem(await post(nested, json), 400, 'http/not-json');
    const twice = await post(nested, { ...json, 'content-encoding': 'gzip, gzip' });
    expectProblem(twice, 415, 'http/content-encoding');
    // Several members in one stream are one stream.
    const members = Buffer.concat(Array.from({ length: 20 }, () => gzipSync(Buffer.alloc(mebibyte, ' '))));
    expectProblem(await post(members, json), 413, 'http/too-large');
  });

  test('what_is_not_the_gzip_that_it_says_is_refused', async () => {
    const json = { ...gzip, 'content-type': 'application/json' };
    const whole = gzipSync(JSON.stringify(host.batch([agentStart(1)], { sequence: 1 })));
    for (const body of [
      Buffer.from('{}'),
      randomBytes(2_000),
      whole.subarray(0, whole.length / 2),
      whole.subarray(0, 9),
    ])
      expectProblem(await post(body, json), 400, 'http/not-compressed');
  });

  test('other_encodings_are_refused', async () => {
    const text = JSON.stringify(host.batch([agentStart(1)], { sequence: 1 }));
    const json = { 'content-type': 'application/json' };
    expectProblem(
      await post(brotliCompressSync(text), { ...json, 'content-encoding': 'br' }),
      415,
      'http/content-encoding',
    );
    expectProblem(
      await post(deflateSync(text), { ...json, 'content-encoding': 'deflate' }),
      415,
      'http/content-encoding',
    );
    expectProblem(await post(text, { ...json, 'content-encoding': 'rot13' }), 415, 'http/content-encoding');
  });
});

const repeat = (times: number, of: (n: number) => string) => Array.from({ length: times }, (_, n) => of(n)).join(' ');

/** Documents that are refused, the same way over HTTP and WebSocket. */
const attacks: Readonly<Record<string, { query: string; variables?: object; code: string | RegExp }>> = {
  'no GraphQL': { query: '{ nonsense', code: 'GRAPHQL_PARSE_FAILED' },
  'an unknown field': { query: '{ whoShot }', code: 'GRAPHQL_VALIDATION_FAILED' },
  '50,000 tokens': { query: `{ ${repeat(25_000, (n) => `f${n}`)} }`, code: 'GRAPHQL_PARSE_FAILED' },
  '500 aliases': {
    query: `{ ${repeat(500, (n) => `a${n}: __typename`)} }`,
    code: 'graphql/too-many-aliases',
  },
  'depth 50': {
    query: `{ process(id: "1.1.1") { ${'parent { '.repeat(50)} pid ${'} '.repeat(50)} } }`,
    code: 'graphql/too-deep',
  },
  'cyclic fragments': {
    query: '{ ...a } fragment a on Query { ...b } fragment b on Query { ...a }',
    code: 'GRAPHQL_VALIDATION_FAILED',
  },
  'doubling fragments': {
    query: `{ ...f0 } ${repeat(100, (n) => `fragment f${n} on Query { ...f${n + 1} ...f${n + 1} }`)} fragment f100 on Query { __typename }`,
    code: 'graphql/too-complex',
  },
  'too many rows': {
    query: '{ deaths(first: 200) { nodes { process { children(first: 200) { nodes { pid } } } } } }',
    code: 'graphql/too-complex',
  },
  'too many rows by a variable': {
    query: 'query ($n: Int) { deaths(first: $n) { nodes { process { children(first: $n) { nodes { pid } } } } } }',
    variables: { n: 200 },
    code: 'graphql/too-complex',
  },
  'a bad cursor': { query: '{ deaths(after: "AAAA") { nodes { id } } }', code: 'history/bad-cursor' },
  'a page of nothing': { query: '{ deaths(first: 0) { nodes { id } } }', code: 'history/bad-page-size' },
  'a page of 201': { query: '{ deaths(first: 201) { nodes { id } } }', code: 'history/bad-page-size' },
  'a negative page': { query: '{ hosts(first: -1) { nodes { id } } }', code: 'history/bad-page-size' },
  'a bad DateTime': {
    query: '{ deaths(filter: { since: "today" }) { nodes { id } } }',
    code: /BAD_USER_INPUT|VALIDATION/,
  },
  'a bad DateTime by a variable': {
    query: 'query ($t: DateTime) { deaths(filter: { since: $t }) { nodes { id } } }',
    variables: { t: '2026-13-01T00:00:00Z' },
    code: 'BAD_USER_INPUT',
  },
  'a DateTime that no database holds': {
    query: 'query ($t: DateTime) { deaths(filter: { since: $t }) { nodes { id } } }',
    variables: { t: '0000-01-01T00:00:00Z' },
    code: 'BAD_USER_INPUT',
  },
  'a pid that never lived': {
    query: '{ whoKilled(host: "bad-input", pid: 77) { id } }',
    code: 'history/no-such-process',
  },
  'a negative pid': { query: '{ whoKilled(host: "bad-input", pid: -5) { id } }', code: 'history/no-such-process' },
  'a pid beyond all': {
    query: '{ whoKilled(host: "bad-input", pid: 2147483647) { id } }',
    code: 'history/no-such-process',
  },
  'a pid beyond Int': {
    query: '{ whoKilled(host: "bad-input", pid: 2147483648) { id } }',
    code: /VALIDATION|BAD_USER/,
  },
  'a pid that is still alive': {
    query: '{ whoKilled(host: "bad-input", pid: 102) { id } }',
    code: 'history/still-alive',
  },
  'an unknown host': { query: '{ whoKilled(host: "nowhere", pid: 1) { id } }', code: 'history/unknown-host' },
  'an unknown host in a filter': {
    query: '{ deaths(filter: { host: "nowhere" }) { nodes { id } } }',
    code: 'history/unknown-host',
  },
  'a host name with NUL': {
    query: 'query ($h: String!) { whoKilled(host: $h, pid: 1) { id } }',
    variables: { h: 'bad\0input' },
    code: 'history/unknown-host',
  },
  'a missing variable': { query: 'query ($h: String!) { host(name: $h) { id } }', code: /BAD_USER_INPUT/ },
  'an operation that is not there': { query: '', code: /BAD_REQUEST|PARSE/ },
};

function expectRefusal(
  errors: readonly { message: string; extensions?: { code?: string } }[] | undefined,
  code: string | RegExp,
) {
  expect(errors?.[0]?.extensions?.code ?? errors).toMatch(code instanceof RegExp ? code : new RegExp(`^${code}$`));
  expect(errors?.[0]?.message).toMatch(/\S+ \S+/);
  expect(JSON.stringify(errors)).not.toContain('stacktrace');
}

describe('GraphQL over HTTP', () => {
  test.each(Object.entries(attacks))('%s is refused', async (_name, { query, variables, code }) => {
    const reply = await stack.gql(query, variables);
    expect([200, 400]).toContain(reply.status);
    expectRefusal(reply.errors, code);
  });

  test('a_cursor_of_another_list_is_refused', async () => {
    const { data } = await stack.gql('{ deaths { pageInfo { endCursor } } processes { pageInfo { endCursor } } }');
    const [death, life] = [data.deaths.pageInfo.endCursor, data.processes.pageInfo.endCursor];
    const query = (list: string, after: string) => stack.gql(`{ ${list}(after: "${after}") { nodes { id } } }`);
    for (const [list, after] of [
      ['deaths', life],
      ['processes', death],
      ['hosts', death],
    ] as const)
      expectRefusal((await query(list, after)).errors, 'history/bad-cursor');
  });

  test('text_that_no_row_can_hold_finds_nothing', async () => {
    const query = `query ($t: String!) {
      host(name: $t) { id }
      hosts(filter: { name: $t }) { nodes { id } }
      deaths(filter: { exe: $t, command: $t, loginUser: $t }) { nodes { id } }
      processes(filter: { exe: $t, command: $t, user: $t }) { nodes { id } }
      process(id: "x") { id } }`;
    for (const t of ['\0', 'a\0b', '\ud800']) {
      const { data, errors } = await stack.gql(query, { t });
      expect(errors).toBeUndefined();
      expect(data).toMatchObject({ host: null, hosts: { nodes: [] }, deaths: { nodes: [] }, processes: { nodes: [] } });
    }
  });

  test('an_id_that_is_none_finds_nothing', async () => {
    for (const id of ['', 'x', '1.1', '1.1.1', '999999999.9999999.999999999999999999', '1.1.1.1', '-1.1.1'])
      expect(await stack.gql('query ($id: ID!) { process(id: $id) { id } }', { id })).toMatchObject({
        data: { process: null },
        errors: undefined,
      });
  });

  test('a_query_without_preflight_and_a_batch_of_queries_are_refused', async () => {
    const batched = await stack.fetch('/graphql', { method: 'POST', body: '[{"query":"{ __typename }"}]' });
    expect([batched.status, await batched.json()]).toMatchObject([
      400,
      { errors: [{ extensions: { code: 'BAD_REQUEST' } }] },
    ]);
    const simple = await stack.fetch('/graphql?query={__typename}');
    expect([simple.status, await simple.json()]).toMatchObject([
      400,
      { errors: [{ extensions: { code: 'BAD_REQUEST' } }] },
    ]);
  });
});

describe('GraphQL over WebSocket', () => {
  async function connected(): Promise<WebSocket> {
    const socket = new WebSocket(`${stack.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
    await new Promise((resolve) => socket.once('open', resolve));
    const acknowledged = new Promise((resolve) => socket.once('message', resolve));
    socket.send(JSON.stringify({ type: 'connection_init', payload: { authorization: `Bearer ${stack.adminToken}` } }));
    await acknowledged;
    return socket;
  }

  type Message = { type: string; id?: string; payload?: { errors?: { message: string }[] } | { message: string }[] };

  /** The first message about an operation. */
  function ask(socket: WebSocket, id: string, payload: object): Promise<Message> {
    return new Promise((resolve, reject) => {
      const listen = (data: Buffer) => {
        const message = JSON.parse(data.toString()) as Message;
        if (message.id !== id) return;
        socket.off('message', listen);
        resolve(message);
      };
      socket.on('message', listen);
      socket.once('close', (code, reason) => reject(new Error(`closed with ${code} ${reason.toString()}`)));
      socket.send(JSON.stringify({ id, type: 'subscribe', payload }));
    });
  }

  test('the_same_attacks_are_refused_on_one_connection_which_goes_on', async () => {
    const socket = await connected();
    for (const [name, { query, variables, code }] of Object.entries(attacks)) {
      const { payload } = await ask(socket, name, { query, ...(variables ? { variables } : {}) });
      expectRefusal(
        Array.isArray(payload) ? payload : payload?.errors,
        name === 'a missing variable' ? /BAD_USER_INPUT/ : code,
      );
    }
    for (let n = 0; n < 120; n++) await ask(socket, `again-${n}`, { query: n % 2 ? '{ nonsense' : '{ __typename }' });
    expect(await ask(socket, 'good', { query: '{ __typename }' })).toMatchObject({
      type: 'next',
      payload: { data: { __typename: 'Query' } },
    });
    socket.close();
  });

  test('more_operations_at_once_than_allowed_are_refused_until_one_ends', async () => {
    const socket = await connected();
    const subscription = { query: 'subscription { deaths { id } }' };
    for (let n = 0; n < 50; n++) socket.send(JSON.stringify({ id: `s${n}`, type: 'subscribe', payload: subscription }));
    const refused = await ask(socket, 'one-more', subscription);
    expectRefusal(refused.payload as never, 'graphql/too-many-operations');
    socket.send(JSON.stringify({ id: 's7', type: 'complete' }));
    let taken: Message;
    do taken = await ask(socket, `q${Math.random()}`, { query: '{ __typename }' });
    while (taken.type === 'error');
    expect(taken.type).toBe('next');
    socket.close();
  });

  test('a_message_of_one_megabyte_closes_the_connection', async () => {
    const socket = await connected();
    const closed = new Promise<number>((resolve) => socket.once('close', resolve));
    socket.send(
      JSON.stringify({ id: '1', type: 'subscribe', payload: { query: `{ __typename } # ${'x'.repeat(mebibyte)}` } }),
    );
    expect(await closed).toBe(1009);
  });

  test('messages_that_are_not_of_the_protocol_close_the_connection', async () => {
    for (const text of [
      'nonsense',
      '{}',
      '[]',
      '{"type":"subscribe"}',
      '{"type":"subscribe","id":"1","payload":{"query":7}}',
      '\0',
    ]) {
      const socket = await connected();
      const closed = new Promise<number>((resolve) => socket.once('close', resolve));
      socket.send(text);
      expect(await closed).toBe(4400);
    }
  });
});

test('afterwards_the_server_answers_nothing_was_stored_and_memory_did_not_grow_much', async () => {
  await expectGoodAnswer();
  expect(await rowCounts()).toBe(rowsBefore);
  // What a large refused body held goes back to the system a while after it is garbage.
  await eventually(() => (residentBytes() - residentBefore) / mebibyte < 150);
});
