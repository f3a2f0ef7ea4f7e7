/** What the worker's own test cannot wait for, or must not be allowed to: servers that are slow, and addresses of the inside. */
import { createServer, type Server, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { networks } from './outbound-address.js';
import { send } from './outbound.js';
import type { MailMessage } from './receivers/receiver.js';

const closing: (() => void)[] = [];
afterEach(() => closing.splice(0).forEach((close) => close()));

interface Listener {
  readonly port: number;
  connections: number;
  heard: string;
}

async function serve(greet: (socket: Socket) => void): Promise<Listener> {
  const listener = { port: 0, connections: 0, heard: '' };
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    listener.connections += 1;
    sockets.add(socket);
    socket.on('error', () => undefined).on('data', (chunk) => (listener.heard += chunk.toString()));
    greet(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return Object.assign(listener, { port: (server.address() as AddressInfo).port });
}

const message = (host: string, port: number): MailMessage => ({
  by: 'smtp',
  server: { host, port, security: 'NONE', user: null, password: null },
  ...{ from: 'a@example.com', to: ['b@example.com'], messageId: `<${port}@example.com>`, references: [] },
  ...{ subject: 's', text: 't', html: '<p>t</p>', headers: {}, date: new Date(0) },
});

test('does_not_even_connect_to_an_inner_address_however_it_is_written', async () => {
  const server = await serve((socket) => socket.write('220 hello\r\n'));
  for (const host of ['127.0.0.1', 'localhost', '::1', '::ffff:127.0.0.1', '127.1', '2130706433']) {
    const sent = await send(message(host, server.port), { allowed: networks([]) });
    expect(sent, host).toMatchObject({ reply: null, code: 'delivery/address-refused', isFinal: true });
  }
  expect(server.connections).toBe(0);
});

const allowed = networks(['127.0.0.0/8']);

test.each<[string, (socket: Socket) => unknown]>([
  ['never_greets', () => undefined],
  ['greets_and_says_no_more', (socket) => socket.write('220 hello\r\n')],
  ['greets_for_ever', (socket) => closing.push(clearing(setInterval(() => socket.write('220-hello\r\n'), 20)))],
])('gives_up_on_one_that_%s_and_hangs_up', async (_, greet) => {
  let hungUp = 0;
  const server = await serve((socket) => {
    socket.on('close', () => hungUp++);
    greet(socket);
  });
  const sent = await send(message('127.0.0.1', server.port), { allowed, ms: 1_000 });
  expect(sent).toMatchObject({ reply: null, code: 'delivery/timeout', isFinal: false });
  await expect.poll(() => server.connections - hungUp).toBe(0);
});

test('what_is_no_smtp_and_nobody_there_pass', async () => {
  const http = await serve((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
  const none = await serve((socket) => socket.destroy());
  for (const { port } of [http, none]) {
    expect(await send(message('127.0.0.1', port), { allowed })).toMatchObject({
      reply: null,
      code: 'delivery/no-connection',
      isFinal: false,
    });
  }
});

test('a_login_is_not_tried_where_encryption_was_refused', async () => {
  const server = await serve((socket) => {
    socket.write('220 hello\r\n');
    socket.on('data', (chunk) => {
      if (chunk.toString().startsWith('EHLO')) socket.write('250-hello\r\n250-STARTTLS\r\n250 AUTH PLAIN LOGIN\r\n');
      else socket.write('502 not today\r\n');
    });
  });
  const secured = message('127.0.0.1', server.port);
  const sent = await send(
    { ...secured, server: { ...secured.server, security: 'STARTTLS' as const, user: 'u', password: 'p' } },
    { allowed, ms: 5_000 },
  );
  expect(sent).toMatchObject({ reply: null, code: 'delivery/no-connection' });
  expect(server.heard).not.toMatch(/AUTH|MAIL/);
});

function clearing(timer: NodeJS.Timeout): () => void {
  return () => clearInterval(timer);
}
