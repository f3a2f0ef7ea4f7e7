import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { networks } from './outbound-address.js';
import { replyBytesMax } from './outbound-http.js';
import { send } from './outbound.js';

const closing: (() => void)[] = [];
afterEach(() => closing.splice(0).forEach((close) => close()));

async function serve(listener: RequestListener): Promise<number> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

const allowed = networks(['127.0.0.0/8']);
const message = (url: string) => ({ url, headers: { 'content-type': 'text/plain' }, body: 'héllo' });

test('sends_the_body_and_tells_the_answer', async () => {
  const port = await serve((request, response) => {
    request.on('data', (chunk: Buffer) =>
      response.writeHead(429, { 'retry-after': '3' }).end(`got ${chunk.toString()}`),
    );
  });
  const sent = await send(message(`http://localhost:${port}/`), { allowed: networks(['127.0.0.0/8', '::1/128']) });
  expect(sent).toEqual({ reply: { status: 429, retryAfter: '3', body: 'got héllo' } });
});

test('does_not_even_connect_to_an_inner_address_however_it_is_written', async () => {
  let connections = 0;
  const port = await serve((_, response) => {
    connections++;
    response.end();
  });
  const hosts = [
    '127.0.0.1',
    '2130706433',
    '0x7f.1',
    '0177.0.0.1',
    '127.1',
    '[::ffff:127.0.0.1]',
    '[::ffff:7f00:1]',
    'localhost',
    '[::1]',
    '0',
  ];
  for (const host of hosts) {
    const sent = await send(message(`http://${host}:${port}/`), { allowed: networks([]) });
    expect(sent, host).toMatchObject({ reply: null, code: 'delivery/address-refused', isFinal: true });
  }
  expect(connections).toBe(0);
});

test('does_not_follow_where_an_answer_sends_it', async () => {
  let asked = 0;
  const port = await serve((_, response) => {
    asked++;
    response.writeHead(302, { location: 'http://169.254.169.254/' }).end();
  });
  expect(await send(message(`http://127.0.0.1:${port}/`), { allowed })).toMatchObject({ reply: { status: 302 } });
  expect(asked).toBe(1);
});

test('takes_the_beginning_of_an_endless_answer', async () => {
  const port = await serve((_, response) => {
    const pour = () => {
      while (response.write('x'.repeat(4_096)));
    };
    response.on('drain', pour).on('error', () => undefined);
    pour();
  });
  const { reply } = await send(message(`http://127.0.0.1:${port}/`), { allowed });
  expect(reply!.body).toHaveLength(replyBytesMax);
});

test.each<[string, RequestListener]>([
  ['never answers', () => undefined],
  ['never ends', (_, response) => response.write('x')],
])('gives_up_on_one_that_%s', async (_, listener) => {
  const port = await serve(listener);
  const sent = await send(message(`http://127.0.0.1:${port}/`), { allowed, ms: 200 });
  expect(sent).toMatchObject({ reply: null, code: 'delivery/timeout', isFinal: false });
});

test('nobody_there_and_no_such_name_pass', async () => {
  const port = await serve((_, response) => response.destroy());
  const broken = await send(message(`http://127.0.0.1:${port}/`), { allowed });
  const unknown = await send(message('http://no-such-host.invalid/'), { allowed });
  for (const sent of [broken, unknown]) expect(sent).toMatchObject({ code: 'delivery/no-connection', isFinal: false });
});
