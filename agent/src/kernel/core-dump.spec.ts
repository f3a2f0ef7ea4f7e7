import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { obstacleTo } from './core-obstacle.js';
import { parseCorePattern, type CoreVictim } from './core-pattern.js';
import { isSystemdCoredump, parseSystemdCoreName } from './systemd-coredump.js';

const victim: CoreVictim = {
  pid: 4711,
  ownPid: 7,
  comm: 'my/app',
  exe: '/usr/bin/app',
  uid: 1000,
  signal: 11,
  hostname: 'web-1',
  cwd: '/srv/app',
};

function file(pattern: string, usesPid = false, changes: Partial<CoreVictim> = {}) {
  const parsed = parseCorePattern(pattern, usesPid, { ...victim, ...changes });
  if (parsed.kind !== 'file') throw new Error(parsed.kind);
  return parsed;
}

describe('parseCorePattern', () => {
  it.each([
    ['core', false, '/srv/app/', 'core'],
    ['core', true, '/srv/app/', 'core.7'],
    ['core.%p', true, '/srv/app/', 'core.7'],
    ['/var/crash/%e.%P.%s.%u@%h', false, '/var/crash/', 'my!app.4711.11.1000@web-1'],
    ['dumps/%E', false, '/srv/app/dumps/', '!usr!bin!app'],
    ['/c/%f%%', false, '/c/', 'app%'],
    ['/c/a+b(1)', false, '/c/', 'a+b(1)'],
    ['core%', false, '/srv/app/', 'core'],
  ])('expands_%s', (pattern, usesPid, directory, name) => {
    const parsed = file(pattern, usesPid);
    expect(parsed.directory).toBe(directory);
    expect(parsed.name.test(name)).toBe(true);
    expect(parsed.name.test(`${name}x`)).toBe(false);
  });

  it('takes_any_value_of_what_is_not_known', () => {
    const { name } = file('/c/%e.%t.%g.%i');
    expect(name.test('my!app.1763728000.1000.12')).toBe(true);
    expect(name.test('other.1763728000.1000.12')).toBe(false);
  });

  it('does_not_guess_a_directory', () => {
    expect(file('/c/%t/core').directory).toBeUndefined();
    expect(file('core', false, { cwd: undefined }).directory).toBeUndefined();
    expect(file('core', false, { cwd: '/' }).directory).toBe('/');
  });

  it('never_leaves_the_directory_by_a_name', () => {
    expect(file('/c/%e', false, { comm: '..' }).name.test('..')).toBe(false);
  });

  it('knows_a_handler_and_an_empty_pattern', () => {
    const systemd = parseCorePattern('|/usr/lib/systemd/systemd-coredump %P %u %g', false, victim);
    expect(systemd).toEqual({ kind: 'handler', program: '/usr/lib/systemd/systemd-coredump' });
    expect(parseCorePattern('', false, victim)).toEqual({ kind: 'none' });
    expect(file('', true).name.test('.7')).toBe(true);
  });

  it('never_throws_on_any_text', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary' }),
        fc.string({ unit: 'binary' }),
        fc.boolean(),
        (pattern, comm, usesPid) => {
          parseCorePattern(pattern, usesPid, { ...victim, comm });
        },
      ),
    );
  });
});

describe('obstacleTo', () => {
  const pageBytes = 4096;
  const circumstances = { pattern: file('core'), limit: undefined, dumpable: 1, pageBytes };

  it.each([
    ['a limit of 0', { limit: 0n }, { obstacle: 'resource-limit', limitBytes: 0 }],
    ['a limit below a page', { limit: 4095n }, { obstacle: 'resource-limit', limitBytes: 4095 }],
    ['a process that may not be dumped', { dumpable: 0, limit: 0n }, { obstacle: 'not-dumpable' }],
    ['one that may be by root only', { dumpable: 2 }, { obstacle: 'not-dumpable' }],
    ['an empty pattern', { pattern: { kind: 'none' } as const }, { obstacle: 'pattern' }],
    ['a directory that is not there', {}, { obstacle: 'pattern' }],
    [
      'a handler, whatever the limit',
      { pattern: { kind: 'handler', program: '/x' } as const, limit: 0n },
      { obstacle: 'handler' },
    ],
  ])('is_%s', (_, changes, obstacle) => {
    expect(obstacleTo({ ...circumstances, ...changes })).toEqual(obstacle);
  });
});

describe('parseSystemdCoreName', () => {
  const boot = '0123456789abcdef0123456789abcdef';

  it.each(['', '.zst', '.lz4', '.xz'])('reads_a_name_that_ends_in_%s', (suffix) => {
    const name = `core.my\\x2eapp.1000.${boot}.4711.1763728000000000${suffix}`;
    expect(parseSystemdCoreName(name)).toEqual({ uid: 1000, bootId: boot, pid: 4711 });
  });

  it('knows_what_is_none', () => {
    expect(parseSystemdCoreName('core')).toBeUndefined();
    expect(parseSystemdCoreName(`core.app.0.${boot}.1`)).toBeUndefined();
    expect(isSystemdCoredump('/usr/lib/systemd/systemd-coredump')).toBe(true);
    expect(isSystemdCoredump('/usr/share/apport/apport')).toBe(false);
  });
});
