import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeCertificate } from '../../test/support/certificate.js';
import { networks } from './outbound-address.js';
import { readAuthorities } from './outbound-trust.js';
import { send } from './outbound.js';

let directory: string;
const servers: Server[] = [];
const ports: Record<string, number> = {};
const certificates: Record<string, Buffer> = {};

beforeAll(async () => {
  directory = mkdtempSync(path.join(tmpdir(), 'whodunit-trust-'));
  for (const [name, names] of [
    ['ours', 'IP:127.0.0.1'],
    ['stranger', 'IP:127.0.0.1'],
    ['elsewhere', 'DNS:hooks.example'],
  ] as const) {
    mkdirSync(at(name));
    const [key, cert] = makeCertificate(at(name), names);
    const server = createServer({ key, cert }, (_, reply) => reply.end('ok'));
    certificates[name] = cert;
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    servers.push(server);
    ports[name] = (server.address() as AddressInfo).port;
  }
  writeFileSync(at('both.pem'), Buffer.concat([certificates['ours']!, certificates['elsewhere']!]));
});
afterAll(() => {
  for (const server of servers) server.close();
  rmSync(directory, { recursive: true, force: true });
});

const at = (name: string) => path.join(directory, name);
const sentTo = (name: string, authorities: readonly string[] | null) =>
  send(
    { url: `https://127.0.0.1:${ports[name]}/`, headers: {}, body: '' },
    { allowed: networks(['127.0.0.0/8']), authorities },
  );

test('one_that_the_file_names_is_told_under_its_own_name_and_nobody_else', async () => {
  const authorities = readAuthorities(at('both.pem'));
  expect(await sentTo('ours', authorities)).toMatchObject({ reply: { status: 200, body: 'ok' } });
  expect(await sentTo('ours', null)).toMatchObject({ code: 'delivery/no-connection', isFinal: false });
  expect(await sentTo('stranger', authorities)).toMatchObject({ detail: expect.stringContaining('SELF_SIGNED') });
  expect(await sentTo('elsewhere', authorities)).toMatchObject({ detail: expect.stringContaining('ALTNAME_INVALID') });
});

test('a_file_that_cannot_be_used_is_named', () => {
  writeFileSync(at('empty.pem'), 'nothing');
  writeFileSync(at('broken.pem'), '-----BEGIN CERTIFICATE-----\nQUJD\n-----END CERTIFICATE-----\n');
  for (const name of ['nowhere.pem', 'empty.pem', 'broken.pem']) {
    expect(() => readAuthorities(at(name))).toThrow(`WHODUNIT_DELIVERY_CA_FILE: ${at(name)} cannot be used`);
  }
});
