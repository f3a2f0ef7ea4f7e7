/** A real redis-server of its own, on a free loopback port, without persistence. */
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Redis {
  readonly url: string;
  stop(): Promise<void>;
}

/** @throws Error when there is no redis-server on this machine, or it does not start. */
export async function startRedis(port = 0): Promise<Redis> {
  const chosen = port || (await freePort());
  const directory = await mkdtemp(join(tmpdir(), 'whodunit-test-redis-'));
  const settings = [
    '--port',
    String(chosen),
    '--bind',
    '127.0.0.1',
    '--dir',
    directory,
    '--save',
    '',
    '--maxmemory-policy',
    'noeviction',
  ];
  const server = spawn('redis-server', settings, { stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = new Promise<void>((resolve) => server.once('exit', () => resolve()));
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) =>
      reject(new Error(`redis-server does not start: ${error.message}. Install redis-server.`)),
    );
    server.once('exit', (code) => reject(new Error(`redis-server ended with status ${code}`)));
    server.stdout.on('data', (chunk: Buffer) => chunk.toString().includes('Ready to accept connections') && resolve());
  });
  return {
    url: `redis://127.0.0.1:${chosen}`,
    stop: async () => {
      server.kill('SIGTERM');
      await exited;
      await rm(directory, { recursive: true, force: true });
    },
  };
}

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise<void>((resolve) => probe.close(() => resolve()));
  return port;
}
