/**
 * A port of this host's loopback, in the loopback of another network namespace: what listens there hands on through a socket
 * file, which is the same in all network namespaces.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const listener = `const net = require('node:net');
const [path, port] = process.argv.slice(1);
net.createServer((client) => {
  const onward = net.connect(path);
  client.pipe(onward).pipe(client);
  for (const end of [client, onward]) end.on('error', () => (client.destroy(), onward.destroy()));
}).listen(Number(port), '127.0.0.1', () => console.log('listening'));`;

/** @param leader a process of that namespace @returns ends it */
export async function offerPort(leader: number, port: number): Promise<() => Promise<void>> {
  const directory = mkdtempSync(join(tmpdir(), 'whodunit-loopback-'));
  const path = join(directory, 'socket');
  const server = net.createServer((inside) => {
    const onward = net.connect(port, '127.0.0.1');
    inside.pipe(onward).pipe(inside);
    for (const end of [inside, onward]) end.on('error', () => (inside.destroy(), onward.destroy()));
  });
  server.listen(path);
  await once(server, 'listening');
  const args = ['--target', String(leader), '--net', process.execPath, '-e', listener, path, String(port)];
  const child = spawn('nsenter', args, { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(child.stdout, 'data');
  return async () => {
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
    server.close();
    rmSync(directory, { recursive: true });
  };
}
