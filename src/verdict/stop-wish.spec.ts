import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { meansUnit, stopWishOf } from './stop-wish.js';

const wish = (...args: readonly string[]) => stopWishOf({ comm: args[0]?.split('/').at(-1) ?? '', args });

describe('stopWishOf', () => {
  it.each([
    [['systemctl', 'stop', 'redis'], { what: 'stop', units: ['redis'] }],
    [['systemctl', '--no-block', 'restart', 'a', 'b.service'], { what: 'stop', units: ['a', 'b.service'] }],
    [['systemctl', '-t', 'stop', 'restart', 'a'], { what: 'stop', units: ['a'] }],
    [['systemctl', 'disable', '--now', 'a'], { what: 'stop', units: ['a'] }],
    [['systemctl', '--user', 'stop', 'a'], { what: 'stop', user: true }],
    [['systemctl', '-Mweb', 'stop', 'a'], { what: 'stop', machine: true }],
    [['systemctl', 'kill', 'a'], { what: 'kill', signal: 15 }],
    [['systemctl', 'kill', '-s', 'KILL', 'a'], { what: 'kill', signal: 9 }],
    [['systemctl', 'kill', '--signal=SIGRTMIN+1', 'a'], { what: 'kill', signal: 35 }],
    [['systemctl', 'kill', '-s9', 'a'], { what: 'kill', signal: 9 }],
    [['systemctl', 'isolate', 'multi-user.target'], { what: 'stop', units: ['multi-user.target'] }],
    [['/usr/bin/systemctl', 'soft-reboot'], { what: 'shutdown' }],
    [['poweroff', '-f'], { what: 'shutdown' }],
    [['telinit', '0'], { what: 'shutdown' }],
  ])('understands_%j', (args, expected) => {
    expect(wish(...args)).toMatchObject(expected);
  });

  it.each([
    [[]],
    [['systemctl']],
    [['systemctl', 'status', 'stop']],
    [['systemctl', 'disable', 'a']],
    [['systemctl', 'start', 'a']],
    [['systemctl', '-H', 'other', 'stop', 'a']],
    [['telinit', 'q']],
    [['shutdown', '-c']],
    [['stop', 'a']],
  ])('does_not_misunderstand_%j', (args) => {
    expect(wish(...args)).toBeNull();
  });

  it('never_throws', () => {
    const words = fc.array(fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('kill', '-s', '--signal', '-M')));
    fc.assert(fc.property(words, (args) => void wish('systemctl', ...args)));
  });
});

describe('meansUnit', () => {
  it.each([
    ['redis', 'redis.service', true],
    ['redis.service', 'redis.service', true],
    ['redis*', 'redis-server.service', true],
    ['getty@tty1', 'getty@tty1.service', true],
    ['redis', 'redis-server.service', false],
    ['session-3.scope', 'session-3.scope', true],
    ['my.app', 'my.app.service', true],
  ])('%s_and_%s', (written, unit, same) => {
    expect(meansUnit(written, unit)).toBe(same);
  });
});
