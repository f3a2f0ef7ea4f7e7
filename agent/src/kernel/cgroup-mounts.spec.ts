import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseCgroupMounts } from './cgroup-mounts.js';

/** A hybrid host: systemd's own hierarchy, controllers of version 1, version 2 beside them. */
const hybrid = `
24 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
30 24 0:26 / /sys/fs/cgroup rw shared:9 - tmpfs tmpfs rw,mode=755
31 30 0:27 / /sys/fs/cgroup/unified rw shared:10 - cgroup2 cgroup2 rw,nsdelegate
32 30 0:28 / /sys/fs/cgroup/systemd rw shared:11 - cgroup cgroup rw,xattr,name=systemd
33 30 0:29 / /sys/fs/cgroup/cpu,cpuacct rw shared:12 - cgroup cgroup rw,cpu,cpuacct
34 30 0:30 /part /mnt/pids\\040of\\040part rw - cgroup cgroup rw,pids
35 30 0:30 / /sys/fs/cgroup/pids rw shared:13 - cgroup cgroup rw,pids
torn line
`;
const hierarchies = '5:pids:/\n4:acct,cpu:/\n3:cpu,cpuacct:/\n1:name=systemd:/user.slice/a:b\n0::/user.slice\n';

describe('parseCgroupMounts', () => {
  it('finds_each_hierarchy_by_its_number_and_prefers_the_mount_that_shows_all_of_it', () => {
    expect(Object.fromEntries(parseCgroupMounts(hybrid, hierarchies))).toEqual({
      0: { mountPoint: '/sys/fs/cgroup/unified', root: '/' },
      1: { mountPoint: '/sys/fs/cgroup/systemd', root: '/' },
      3: { mountPoint: '/sys/fs/cgroup/cpu,cpuacct', root: '/' },
      5: { mountPoint: '/sys/fs/cgroup/pids', root: '/' },
    });
  });

  it('takes_a_mount_of_a_part_when_there_is_no_other', () => {
    const part = hybrid.replace(/^35.*\n/m, '');
    expect(parseCgroupMounts(part, hierarchies).get(5)).toEqual({ mountPoint: '/mnt/pids of part', root: '/part' });
  });

  it('finds_version_2_alone', () => {
    const line = '31 24 0:27 / /sys/fs/cgroup rw shared:10 - cgroup2 cgroup2 rw\n';
    expect([...parseCgroupMounts(line, '0::/init.scope\n')]).toEqual([
      [0, { mountPoint: '/sys/fs/cgroup', root: '/' }],
    ]);
  });

  it('never_throws_on_any_text', () => {
    const text = fc.string({ unit: 'binary' });
    fc.assert(fc.property(text, text, (one, other) => void parseCgroupMounts(hybrid + one, hierarchies + other)));
  });
});
