import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseSshConnection } from './ssh-connection.js';

describe('parseSshConnection', () => {
  it.each([
    ['10.0.0.5 50222 10.0.0.1 22', '10.0.0.5'],
    ['2001:db8::5 50222 2001:db8::1 22', '2001:db8::5'],
    ['::ffff:10.0.0.5 1 ::1 65535', '::ffff:10.0.0.5'],
    ['fe80::1%eth0 50222 fe80::2%eth0 22', 'fe80::1%eth0'],
    ['127.0.0.1 0 127.0.0.1 0', '127.0.0.1'],
  ])('takes_the_client_address_of_%j', (value, address) => {
    expect(parseSshConnection(value)).toBe(address);
  });

  it.each([
    '',
    'UNKNOWN 65535 UNKNOWN 65535',
    '10.0.0.5 50222 10.0.0.1',
    '10.0.0.5 50222 10.0.0.1 22 x',
    '10.0.0.5  50222 10.0.0.1 22',
    '10.0.0.5 50222 10.0.0.1 22\n',
    '10.0.0.256 1 10.0.0.1 22',
    '10.0.0.5 65536 10.0.0.1 22',
    '10.0.0.5 1 secret 22',
    'secret 1 10.0.0.1 22',
    ':::: 1 ::1 22',
    'fe80::1%e%f 1 ::1 22',
    `${'f'.repeat(100)} 1 ::1 22`,
  ])('takes_nothing_of_%j', (value) => {
    expect(parseSshConnection(value)).toBeUndefined();
  });

  it('gives_an_address_or_nothing_whatever_is_there', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.ipV4(), fc.ipV6()), (client) => {
        const found = parseSshConnection(`${client} 1 ::1 22`);
        if (found !== undefined) expect(found).toMatch(/^[0-9a-fA-F:.]{2,45}(%[\w.-]+)?$/);
      }),
    );
    fc.assert(fc.property(fc.ipV6(), (client) => parseSshConnection(`${client} 1 ::1 22`) === client));
  });
});
