/** A real Alertmanager of its own, on loopback, without a cluster; it tells a webhook of ours whatever it gets. */
import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from './eventually.js';
import type { Answer } from './stack.js';

export interface Alertmanager {
  readonly url: string;
  /** All that it shows. */
  alerts(): Promise<Answer[]>;
  /** An alert, as Prometheus sends one. */
  fire(labels: object, annotations: object): Promise<void>;
  stop(): Promise<void>;
}

export async function startAlertmanager(webhook: { url: string; token: string }): Promise<Alertmanager> {
  const directory = await mkdtemp(join(tmpdir(), 'whodunit-test-am-'));
  const port = await freePort();
  const config = join(directory, 'config.json');
  await writeFile(config, JSON.stringify(settings(webhook)));
  const address = `127.0.0.1:${port}`;
  const args = [`--config.file=${config}`, `--storage.path=${directory}`, `--web.listen-address=${address}`];
  const server = spawn('prometheus-alertmanager', [...args, '--cluster.listen-address='], { stdio: 'ignore' });
  const exited = new Promise<void>((resolve) => server.once('exit', () => resolve()));
  const url = `http://${address}`;
  const ended = exited.then(() => {
    throw new Error('prometheus-alertmanager ended: it needs its templates in /usr/share/prometheus too');
  });
  const ready = eventually(() =>
    fetch(`${url}/-/ready`).then(
      ({ ok }) => ok,
      () => false,
    ),
  );
  await Promise.race([ready, ended]);
  ended.catch(() => undefined);
  return {
    url,
    alerts: async () => (await (await fetch(`${url}/api/v2/alerts`)).json()) as Answer[],
    fire: async (labels, annotations) => {
      const body = JSON.stringify([{ labels, annotations }]);
      const reply = await fetch(`${url}/api/v2/alerts`, {
        method: 'POST',
        body,
        headers: { 'content-type': 'application/json' },
      });
      if (!reply.ok) throw new Error(await reply.text());
    },
    stop: async () => {
      server.kill('SIGTERM');
      await exited;
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** YAML, of which JSON is a part. */
function settings({ url, token }: { url: string; token: string }) {
  const http_config = { authorization: { credentials: token } };
  return {
    route: { receiver: 'whodunit', group_wait: '0s', group_by: ['...'] },
    receivers: [{ name: 'whodunit', webhook_configs: [{ url, http_config }] }],
  };
}

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise<void>((resolve) => probe.close(() => resolve()));
  return port;
}
