/** A proxy of the test's own: CONNECT and plain HTTP, with a password, to one place whatever name is asked for. */
import { once } from 'node:events';
import { createServer, request } from 'node:http';
import net, { type AddressInfo } from 'node:net';

export interface Proxy {
  /** Without a user name. */
  readonly host: string;
  /** What was asked for, and how. */
  readonly asked: string[];
  close(): Promise<void>;
}

export const proxyUser = 'bob:pass word';

export async function startProxy(port: number): Promise<Proxy> {
  const asked: string[] = [];
  const expected = `Basic ${Buffer.from(proxyUser).toString('base64')}`;
  const server = createServer((incoming, outgoing) => {
    asked.push(`${incoming.method} ${incoming.url}`);
    if (incoming.headers['proxy-authorization'] !== expected) return void outgoing.writeHead(407).end();
    const { pathname } = new URL(incoming.url ?? '');
    const onward = request({ port, path: pathname, method: incoming.method, headers: incoming.headers }, (reply) => {
      outgoing.writeHead(reply.statusCode ?? 502, reply.headers);
      reply.pipe(outgoing);
    });
    incoming.pipe(onward);
  });
  server.on('connect', (incoming, socket) => {
    asked.push(`CONNECT ${incoming.url}`);
    if (incoming.headers['proxy-authorization'] !== expected)
      return socket.end('HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n');
    const upstream = net.connect(port, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection Established\r\n\r\n');
      socket.pipe(upstream).pipe(socket);
    });
    for (const end of [socket, upstream]) end.on('error', () => end.destroy());
    for (const end of [socket, upstream]) end.on('close', () => (socket.destroy(), upstream.destroy()));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
