import { describe, expect, it } from 'vitest';
import { MemoryStates } from './memory-state.js';

const second = 1_000_000_000n;
const meminfo = `MemTotal:       16384000 kB
MemFree:          102400 kB
MemAvailable:     319488 kB
SwapTotal:       2097152 kB
SwapFree:              0 kB
HugePages_Total:       0
`;
const psi = (some: string, full: string) =>
  `some avg10=${some} avg60=9.00 avg300=9.00 total=1\nfull avg10=${full} avg60=9.00 avg300=9.00 total=1\n`;
const mountOf = (type: string, options: string) =>
  `30 24 0:26 / /sys/fs/cgroup rw,nosuid shared:9 - ${type} cgroup ${options}\n`;
const version2 = {
  '/proc/meminfo': meminfo,
  '/proc/pressure/memory': psi('41.20', '12.50'),
  '/proc/self/cgroup': '0::/\n',
  '/proc/self/mountinfo': mountOf('cgroup2', 'rw'),
  '/sys/fs/cgroup/box/memory.current': '500\n',
  '/sys/fs/cgroup/box/memory.max': 'max\n',
  '/sys/fs/cgroup/box/memory.pressure': psi('80.00', '0.00'),
};

function setUp(files: Readonly<Record<string, string>>) {
  const clock = { now: 100n * second };
  return {
    clock,
    states: new MemoryStates(
      () => clock.now,
      (path) => files[path],
    ),
  };
}

describe('a look at the memory', () => {
  it('tells_of_the_host_and_of_the_cgroup', () => {
    expect(setUp(version2).states.look(99n * second, '/box')).toEqual({
      at: String(100n * second),
      total: 16384000 * 1024,
      available: 319488 * 1024,
      swapTotal: 2097152 * 1024,
      swapFree: 0,
      stalled: { some: 41.2, full: 12.5 },
      cgroup: { path: '/box', usage: 500, stalled: { some: 80, full: 0 } },
    });
  });

  it('reads_version_1_and_takes_a_limit_that_nothing_reaches_for_none', () => {
    const version1 = {
      '/proc/self/cgroup': '4:memory:/\n',
      '/proc/self/mountinfo': mountOf('cgroup', 'rw,memory'),
      '/sys/fs/cgroup/box/memory.usage_in_bytes': '500\n',
      '/sys/fs/cgroup/box/memory.limit_in_bytes': '1000\n',
      '/sys/fs/cgroup/free/memory.usage_in_bytes': '500\n',
      '/sys/fs/cgroup/free/memory.limit_in_bytes': '9223372036854771712\n',
    };
    const { states } = setUp(version1);
    const look = (path: string) => states.look(100n * second, path);
    expect(look('/box')).toEqual({ at: String(100n * second), cgroup: { path: '/box', usage: 500, limit: 1000 } });
    expect(look('/free')?.cgroup).toEqual({ path: '/free', usage: 500 });
    for (const path of ['/', '/gone']) expect(look(path)).toEqual({ at: String(100n * second) });
  });

  it('says_nothing_of_what_is_long_ago', () => {
    expect(setUp(version2).states.look(89n * second, undefined)).toBeUndefined();
  });

  it('looks_so_often_in_a_second_and_no_more', () => {
    const { clock, states } = setUp(version2);
    const looks = () => Array.from({ length: 100 }, () => states.look(clock.now, '/box')).filter(Boolean);
    expect(looks()).toHaveLength(32);
    clock.now += second;
    expect(looks()).toHaveLength(32);
  });
});
