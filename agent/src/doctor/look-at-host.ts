/** Finds out what judge-host.ts asks for. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { parseCgroupMounts } from '../kernel/cgroup-mounts.js';
import { parseHidepid } from '../kernel/hidepid.js';
import { success } from '../result.js';
import { openKmsg } from '../source/kmsg.js';
import { readText } from '../source/proc.js';
import type { CgroupFacts, HostFacts } from './facts.js';

export function lookAtHost(): HostFacts {
  const mountinfo = readText('/proc/self/mountinfo') ?? '';
  return {
    hidepid: parseHidepid(mountinfo),
    kernelLog: lookAtKernelLog(),
    loginUid: readText('/proc/self/loginuid'),
    cgroups: lookAtCgroups(mountinfo, readText('/proc/self/cgroup') ?? ''),
    hasSystemd: existsSync('/run/systemd/system'),
    corePattern: readText('/proc/sys/kernel/core_pattern')?.replace(/\n$/, ''),
    coreUsesPid: readText('/proc/sys/kernel/core_uses_pid')?.trim() === '1',
  };
}

function lookAtKernelLog(): HostFacts['kernelLog'] {
  const opened = openKmsg();
  if (!opened.ok) return opened;
  opened.value.close();
  return success(undefined);
}

function lookAtCgroups(mountinfo: string, procCgroup: string): CgroupFacts {
  const mounts = parseCgroupMounts(mountinfo, procCgroup);
  const unified = mounts.get(0);
  const memoryV1 = Number(/^(\d+):(?:[^:]*,)?memory(?:,[^:]*)?:/m.exec(procCgroup)?.[1]);
  const controllers = unified && readText(join(unified.mountPoint, 'cgroup.controllers'));
  const hasMemoryV2 = controllers?.trim().split(' ').includes('memory') === true;
  return {
    versions: [
      ...([...mounts.keys()].some((hierarchy) => hierarchy > 0) ? [1 as const] : []),
      ...(unified ? [2 as const] : []),
    ],
    memory: mounts.has(memoryV1) ? 1 : hasMemoryV2 ? 2 : undefined,
  };
}
