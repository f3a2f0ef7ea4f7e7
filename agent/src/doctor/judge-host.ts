/** What else this host tells of its processes, and what it keeps from us. */
import { parseCorePattern } from '../kernel/core-pattern.js';
import { checksOf, type Check } from './check.js';
import type { CgroupFacts, HostFacts } from './facts.js';
import { hasCapability } from './judge-kernel.js';

export function judgeHost(facts: HostFacts, capabilities: bigint): readonly Check[] {
  return [
    judgeHidepid(facts.hidepid, capabilities),
    judgeKernelLog(facts.kernelLog),
    judgeLoginUid(facts.loginUid),
    judgeCgroups(facts.cgroups),
    judgeSystemd(facts.hasSystemd),
    judgeCorePattern(facts),
  ];
}

/** `0` is off; from 1 on only CAP_SYS_PTRACE, or the group of the mount option gid, sees others: proc(5). */
function judgeHidepid(hidepid: string | undefined, capabilities: bigint): Check {
  const { ok, degraded } = checksOf('hidepid');
  if (hidepid === undefined || hidepid === '0' || hidepid === 'off')
    return ok('/proc shows the processes of all users.');
  const finding = `/proc is mounted with hidepid=${hidepid}`;
  if (hasCapability(capabilities, 'CAP_SYS_PTRACE')) return ok(`${finding}, which CAP_SYS_PTRACE overrides.`);
  return degraded(
    `${finding}: other users’ processes are hidden.`,
    'Start the agent as root, or grant CAP_SYS_PTRACE.',
  );
}

function judgeKernelLog(opened: HostFacts['kernelLog']): Check {
  const { ok, degraded } = checksOf('kernel-log');
  if (opened.ok) return ok('/dev/kmsg can be read: OOM reports and fault lines are told.');
  return degraded(
    opened.failure.sentence,
    'Start the agent as root or with CAP_SYSLOG; give its container the device /dev/kmsg.',
  );
}

function judgeLoginUid(loginUid: string | undefined): Check {
  const { ok, degraded } = checksOf('loginuid');
  if (loginUid !== undefined) return ok('The kernel keeps who logged in (/proc/PID/loginuid).');
  return degraded(
    'There is no /proc/self/loginuid: which login a process belongs to is not known.',
    'Use a kernel built with CONFIG_AUDIT.',
  );
}

function judgeCgroups({ versions, memory }: CgroupFacts): Check {
  const { ok, degraded } = checksOf('cgroups');
  if (versions.length === 0)
    return degraded('No cgroup hierarchy is mounted: units and containers are not known.', 'Mount /sys/fs/cgroup.');
  const found = `cgroup ${versions.map((version) => `v${version}`).join(' and ')}`;
  if (memory !== undefined) return ok(`${found}, the memory controller in v${memory}.`);
  return degraded(
    `${found} without the memory controller: limits of memory by cgroup neither hold nor are told.`,
    'Boot without cgroup_disable=memory; in a container, give it the memory controller.',
  );
}

function judgeSystemd(hasSystemd: boolean): Check {
  const { ok, degraded } = checksOf('systemd');
  return hasSystemd
    ? ok('The host was booted with systemd: processes have units.')
    : degraded('The host was not booted with systemd: processes have no unit.');
}

/** Which file is asked of a victim's own values; here only of what kind it is. */
const anyVictim = {
  pid: 1,
  ownPid: 1,
  comm: 'x',
  exe: '/x',
  uid: 0,
  signal: 11,
  hostname: 'x',
  cwd: undefined,
} as const;

function judgeCorePattern({ corePattern, coreUsesPid }: HostFacts): Check {
  const { ok, degraded } = checksOf('core-dumps');
  if (corePattern === undefined)
    return degraded('/proc/sys/kernel/core_pattern cannot be read: no core dump is found.');
  const parsed = parseCorePattern(corePattern, coreUsesPid, anyVictim);
  switch (parsed.kind) {
    case 'none':
      return degraded(
        `No core dumps are written (core_pattern is '${corePattern}').`,
        'Set one with sysctl kernel.core_pattern (core(5)).',
      );
    case 'handler':
      return parsed.program.endsWith('/systemd-coredump')
        ? ok('systemd-coredump takes core dumps: coredumpctl lists them.')
        : degraded(`${parsed.program} takes core dumps: where it puts them, the agent cannot tell.`);
    case 'file': {
      const where = parsed.directory === undefined ? 'in the working directory of who died' : `in ${parsed.directory}`;
      return ok(`Core dumps are written ${where}, as '${corePattern}'.`);
    }
  }
}
