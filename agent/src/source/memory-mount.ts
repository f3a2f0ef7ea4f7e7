/** Where the hierarchy of the memory controller is mounted, whichever version of cgroups has it. */
import { parseCgroupMounts, type CgroupMount } from '../kernel/cgroup-mounts.js';

export function findMemoryMount(read: (path: string) => string | undefined): CgroupMount | undefined {
  const procCgroup = read('/proc/self/cgroup') ?? '';
  const hierarchy = /^(\d{1,9}):(?:[^:]*,)?memory(?:,[^:]*)?:/m.exec(procCgroup)?.[1] ?? '0';
  return parseCgroupMounts(read('/proc/self/mountinfo') ?? '', procCgroup).get(Number(hierarchy));
}
