import { describe, expect, test } from 'vitest';
import { mayReach, networks } from './outbound-address.js';

const nothing = networks([]);

describe('without networks of the operator', () => {
  test.each(['8.8.8.8', '1.1.1.1', '100.63.255.255', '172.32.0.1', '2606:4700::1111', '::ffff:8.8.8.8'])(
    'may_reach_%s',
    (address) => expect(mayReach(address, nothing)).toBe(true),
  );

  test.each([
    ...['127.0.0.1', '127.255.255.255', '0.0.0.0', '10.0.0.1', '172.16.0.1', '172.31.255.255', '192.168.1.1'],
    ...['169.254.169.254', '100.64.0.1', '192.0.0.192', '198.18.0.1', '224.0.0.1', '255.255.255.255', '192.0.2.1'],
    ...[
      '::',
      '::1',
      '::ffff:127.0.0.1',
      '::ffff:7f00:1',
      '::ffff:169.254.169.254',
      '::127.0.0.1',
      'fe80::1',
      'fe80::1%eth0',
    ],
    ...['fd00:ec2::254', 'fc00::1', 'ff02::1', '64:ff9b::7f00:1', '2002:7f00:1::', '2001::1', '2001:db8::1', 'web', ''],
  ])('does_not_reach_%s', (address) => expect(mayReach(address, nothing)).toBe(false));
});

test('networks_of_the_operator_are_reached_and_nothing_beside_them', () => {
  const allowed = networks(['127.0.0.0/8', 'fd00::/8']);
  expect(['127.0.0.1', '::ffff:127.0.0.1', 'fd00::1'].every((address) => mayReach(address, allowed))).toBe(true);
  expect(['10.0.0.1', '::1', 'fe80::1', '169.254.169.254'].some((address) => mayReach(address, allowed))).toBe(false);
});
