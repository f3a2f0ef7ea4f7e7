/** The agent over TLS: it trusts the authority that it is given, and nobody else. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import tls from 'node:tls';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeCertificate } from '../support/certificate.js';
import { requirePrerequisite } from '../support/prerequisite.js';
import { agentBundle, buildAgent, createWorld, eventually, whyNoSensor, type World } from './agent-process.js';

describe.runIf(requirePrerequisite('openssl') && whyNoSensor() === undefined)('the uplink over TLS', () => {
  let world: World;
  let directory: string;
  let door: tls.Server;
  let url: string;

  beforeAll(async () => {
    buildAgent();
    world = await createWorld();
    directory = await mkdtemp(path.join(tmpdir(), 'whodunit-tls-'));
    const [key, cert] = makeCertificate(directory, 'IP:127.0.0.1');
    door = tls.createServer({ key, cert }, (socket) => {
      const upstream = net.connect(Number(new URL(world.api.url).port), '127.0.0.1');
      socket.pipe(upstream).pipe(socket);
      for (const end of [socket, upstream]) end.on('error', () => end.destroy());
    });
    door.listen(0, '127.0.0.1');
    await once(door, 'listening');
    url = `https://127.0.0.1:${(door.address() as net.AddressInfo).port}`;
  });

  afterAll(async () => {
    await world?.close();
    door?.close();
    if (directory) await rm(directory, { recursive: true, force: true });
  });

  test('delivers_to_an_api_whose_authority_it_was_given', async () => {
    const agent = await world.start('--api', url, '--ca-file', path.join(directory, 'cert.pem'));
    expect(agent.ready.rung).toBe('ebpf');
    await eventually('the first event', () => world.api.events[0]);
    expect(await agent.stop()).toBe(0);
  });

  test('gives_its_token_to_no_one_whose_authority_it_does_not_know', async () => {
    const before = world.api.events.length;
    const args = [
      'run',
      '--no-config',
      '--api',
      url,
      '--state-dir',
      path.join(directory, 'stranger'),
      '--sensor',
      'procfs',
    ];
    const env = { ...process.env, WHODUNIT_ENROLL_TOKEN: 'wd_enroll_x' };
    const agent = spawn(process.execPath, [agentBundle, ...args], { env, stdio: ['ignore', 'ignore', 'pipe'] });
    const ended = once(agent, 'exit');
    let log = '';
    agent.stderr.setEncoding('utf8').on('data', (text: string) => (log += text));
    await eventually('its refusal', () => (/SELF_SIGNED_CERT/.test(log) ? log : undefined));
    agent.kill('SIGTERM');
    await ended;
    expect(world.api.events).toHaveLength(before);
  });
});
