/** The agent behind a proxy: what it asks of it, and what the proxy gets to see. */
import { mkdtemp, rm } from 'node:fs/promises';
import { once } from 'node:events';
import net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import tls from 'node:tls';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createHttpClient } from '../../agent/src/uplink/http.js';
import { makeCertificate } from '../support/certificate.js';
import { requirePrerequisite } from '../support/prerequisite.js';
import { proxyUser, startProxy, type Proxy } from '../support/proxy.js';
import { buildAgent, createWorld, eventually, whyNoSensor, type World } from './agent-process.js';

const name = 'api.whodunit.example';
const body = { machineId: '3d1219c7c4c5404aaa1f6d2a48adfda4', name: 'x' };

describe.runIf(requirePrerequisite('openssl') && whyNoSensor() === undefined)('the uplink through a proxy', () => {
  let world: World;
  let directory: string;
  let door: tls.Server;
  let proxy: Proxy;
  let plainProxy: Proxy;
  let seen = '';

  beforeAll(async () => {
    buildAgent();
    world = await createWorld();
    directory = await mkdtemp(path.join(tmpdir(), 'whodunit-proxy-'));
    const port = Number(new URL(world.api.url).port);
    const [key, cert] = makeCertificate(directory, `DNS:${name}`);
    door = tls.createServer({ key, cert }, (socket) => {
      const upstream = net.connect(port, '127.0.0.1');
      socket.pipe(upstream).pipe(socket);
      for (const end of [socket, upstream]) end.on('error', () => end.destroy());
    });
    // Behind the proxy: all that it would have had to read.
    const wire = net.createServer((socket) => {
      socket.on('data', (bytes: Buffer) => (seen += bytes.toString('latin1')));
      door.emit('connection', socket);
    });
    wire.listen(0, '127.0.0.1');
    await once(wire, 'listening');
    proxy = await startProxy((wire.address() as net.AddressInfo).port);
    plainProxy = await startProxy(port);
    closers.push(() => wire.close());
  });
  const closers: (() => void)[] = [];

  afterAll(async () => {
    await world?.close();
    await proxy?.close();
    await plainProxy?.close();
    closers.forEach((close) => close());
    if (directory) await rm(directory, { recursive: true, force: true });
  });

  const settings = (user: string) => ({
    HTTPS_PROXY: `http://${user}@${proxy.host}`,
    WHODUNIT_CA_FILE: path.join(directory, 'cert.pem'),
    WHODUNIT_API_URL: '',
  });

  test('reaches_the_api_by_CONNECT_with_a_password_and_shows_the_proxy_nothing_but_its_name', async () => {
    const agent = await world.startWith(
      settings(encodeURIComponent(proxyUser).replace('%3A', ':')),
      '--api',
      `https://${name}`,
    );
    await eventually('the first event', () => world.api.events[0]);
    expect(await agent.stop()).toBe(0);
    expect(new Set(proxy.asked)).toEqual(new Set([`CONNECT ${name}:443`]));
    expect(agent.log()).toContain(`proxy=${proxy.host}`);
    expect(agent.log()).not.toContain('pass');
    expect(seen).not.toMatch(/authorization|credential|v1\/batches/i);
  });

  test('keeps_the_connection_through_the_proxy', () => {
    expect(proxy.asked.length).toBeLessThanOrEqual(2);
  });

  test('says_that_the_proxy_wants_a_password', async () => {
    const agent = world.spawnWith(settings('bob:wrong'), '--api', `https://${name}`);
    await eventually('its complaint', () => /proxy wants a user name and a password \(407\)/.test(agent.log()));
    expect(await agent.stop()).toBe(0);
  });

  test('reaches_an_api_without_TLS_through_the_proxy_too', async () => {
    const authority = encodeURIComponent(proxyUser).replace('%3A', ':');
    const http = createHttpClient(
      new URL(`http://${name}`),
      undefined,
      new URL(`http://${authority}@${plainProxy.host}`),
    );
    const reply = await http.post('/v1/enroll', 'one-use', JSON.stringify(body));
    http.close();
    expect(reply.status).toBe(201);
    expect(plainProxy.asked).toEqual([`POST http://${name}/v1/enroll`]);
  });
});
