import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bootedAtMs, nanosecondsToTicks, parseUptime, ticksToNanoseconds } from './boot-clock.js';
import { parsePasswd } from './passwd.js';
import { parseProcCgroup } from './proc-cgroup.js';
import { parseProcStat, ttyName } from './proc-stat.js';
import { parseProcStatus } from './proc-status.js';
import { parseWaitStatus } from './signal.js';

const stat =
  '4312 (a) b (c)) S 4300 4312 4300 34816 4312 4194304 120 0 0 0 1 2 0 0 20 0 1 0 318275 5677056 300 18446744073709551615';

describe('parseProcStat', () => {
  it('finds_its_way_through_brackets_in_the_name', () => {
    expect(parseProcStat(stat)).toEqual({
      comm: 'a) b (c)',
      state: 'S',
      parentPid: 4300,
      ttyDevice: 34816,
      flags: 4194304,
      threads: 1,
      startTicks: 318275n,
    });
  });

  it('gives_nothing_for_a_torn_line', () => {
    for (let length = 0; length < 60; length += 1) expect(parseProcStat(stat.slice(0, length))).toBeUndefined();
  });
});

describe('the other files of /proc', () => {
  it('never_make_their_parsers_throw', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        parseProcStat(text);
        parseProcStatus(text);
        parseProcCgroup(text);
        parsePasswd(text);
        parseUptime(text);
      }),
    );
  });

  it('name_a_terminal_as_ps_does', () => {
    expect(ttyName(0)).toBeUndefined();
    expect(ttyName((136 << 8) | 3)).toBe('pts/3');
    expect(ttyName((137 << 8) | 1)).toBe('pts/257');
    expect(ttyName((4 << 8) | 1)).toBe('tty1');
    expect(ttyName((4 << 8) | 64)).toBe('ttyS0');
  });

  it('tell_users_and_effective_capabilities', () => {
    const text = 'Name:\tx\nUid:\t1000\t0\t0\t0\nCapEff:\t000001ffffffffff\n';
    expect(parseProcStatus(text)).toEqual({ uid: 1000, euid: 0, capabilities: 0x1ffffffffffn });
  });

  it('prefer_the_cgroup_path_that_names_a_service_or_container', () => {
    expect(parseProcCgroup('0::/system.slice/redis.service\n')).toBe('/system.slice/redis.service');
    expect(parseProcCgroup('9:name=systemd:/\n4:memory:/docker/abc\n0::/\n')).toBe('/docker/abc');
    expect(parseProcCgroup('12:pids:/x\n1:name=systemd:/user.slice\n')).toBe('/user.slice');
    expect(parseProcCgroup('3:pids:/kubepods/x\n2:memory:/\n1:name=systemd:/\n0::\n')).toBe('/kubepods/x');
    expect(parseProcCgroup('4:memory:/docker/abc\n1:name=systemd:/docker/abc\n0::/system.slice/docker.service\n')).toBe(
      '/docker/abc',
    );
    expect(parseProcCgroup('4:memory:/system.slice\n1:name=systemd:/\n0::/user.slice/x.scope\n')).toBe(
      '/user.slice/x.scope',
    );
    expect(parseProcCgroup('0::/\n')).toBe('/');
    expect(parseProcCgroup('0::\n')).toBe('/');
    expect(parseProcCgroup('')).toBeUndefined();
  });

  it('keep_colons_of_a_cgroup_path', () => {
    expect(parseProcCgroup('0::/a:b/c\n')).toBe('/a:b/c');
  });
});

describe('parsePasswd', () => {
  it('takes_the_first_name_of_a_uid', () => {
    const names = parsePasswd('# comment\nroot:x:0:0::/root:/bin/sh\ntoor:x:0:0::/root:/bin/sh\n+::::::\nbad:x:nan\n');
    expect([...names]).toEqual([[0, 'root']]);
  });
});

describe('parseWaitStatus', () => {
  it.each([
    [0x0000, { code: 0, coreDumped: false }],
    [0x0300, { code: 3, coreDumped: false }],
    [0x8900, { code: 137, coreDumped: false }],
    [0x0009, { signal: 9, coreDumped: false }],
    [0x008b, { signal: 11, coreDumped: true }],
    [0x007f, { coreDumped: false }],
  ])('reads_%i_as_wait4_means_it', (status, expected) => {
    expect(parseWaitStatus(status)).toEqual(expected);
  });
});

describe('boot clock', () => {
  it('rounds_a_start_time_as_proc_does', () => {
    expect(nanosecondsToTicks(3_182_759_999_999n)).toBe(318_275n);
    expect(ticksToNanoseconds(318_275n)).toBe(3_182_750_000_000n);
  });

  it('reads_the_uptime', () => {
    expect(parseUptime('3311.75 6500.11\n')).toBe(3_311_750_000_000n);
  });

  it('keeps_the_boot_time_through_noise_and_follows_a_clock_that_was_set', () => {
    expect(bootedAtMs(10_000, 4_000_000_000n, undefined)).toBe(6_000);
    expect(bootedAtMs(10_004, 4_000_000_000n, 6_000)).toBe(6_000);
    expect(bootedAtMs(70_000, 4_000_000_000n, 6_000)).toBe(66_000);
  });
});
