/** What the sensors need of the kernel and of this process's rights. */
import { checksOf, type Check } from './check.js';
import type { FileSystem, KernelFacts, SensorFacts } from './facts.js';

/** Bits of include/uapi/linux/capability.h, and what is lost without them. */
const capabilities = [
  { name: 'CAP_BPF', bit: 39n, state: 'missing', loss: 'the ebpf sensor' },
  { name: 'CAP_PERFMON', bit: 38n, state: 'missing', loss: 'the ebpf sensor' },
  { name: 'CAP_SYS_ADMIN', bit: 21n, state: 'missing', loss: 'mounting what the sensors need' },
  {
    name: 'CAP_SYS_RESOURCE',
    bit: 24n,
    state: 'degraded',
    loss: 'a lower oom_score_adj, and BPF maps before Linux 5.11',
  },
  { name: 'CAP_SYS_PTRACE', bit: 19n, state: 'degraded', loss: 'program and ssh source of other users’ processes' },
  { name: 'CAP_SYSLOG', bit: 34n, state: 'degraded', loss: 'the kernel log where dmesg_restrict is set' },
] as const;

export const hasCapability = (held: bigint, name: (typeof capabilities)[number]['name']): boolean =>
  capabilities.some((one) => one.name === name && (held & (1n << one.bit)) !== 0n);

export function judgeKernel(facts: KernelFacts): readonly Check[] {
  return [
    judgeCapabilities(facts),
    judgeRelease(facts.release),
    judgeBtf(facts.hasBtf),
    judgeKoffi(facts.libc),
    judgeLibbpf(facts.libbpf),
    judgeBpffs(facts.bpffs),
    judgeTracefs(facts.tracefs),
    judgeLockdown(facts.lockdown),
    judgePidNamespace(facts.inInitialPidNamespace),
  ];
}

function judgeCapabilities({ euid, capabilities: held }: KernelFacts): Check {
  const { ok, degraded, missing } = checksOf('capabilities');
  const who = euid === 0 ? 'Root' : `User ${euid ?? '?'}`;
  const lacking = capabilities.filter(({ name }) => !hasCapability(held, name));
  if (lacking.length === 0) return ok(`${who} with ${capabilities.map(({ name }) => name).join(', ')}.`);
  const names = lacking.map(({ name }) => name).join(', ');
  const losses = [...new Set(lacking.map(({ loss }) => loss))].join('; ');
  const finding = `${who} without ${names}: that costs ${losses}.`;
  const mending =
    euid === 0 ? `Grant the container or unit ${names}.` : 'Start the agent as root, or grant it these capabilities.';
  return lacking.some(({ state }) => state === 'missing') ? missing(finding, mending) : degraded(finding, mending);
}

function judgeRelease(release: string): Check {
  const { ok, degraded } = checksOf('kernel');
  const [major = 0, minor = 0] = release.split('.').map((part) => Number.parseInt(part, 10) || 0);
  if (major > 5 || (major === 5 && minor >= 8)) return ok(`Linux ${release}.`);
  return degraded(
    `Linux ${release}: the ebpf sensor needs 5.8 (ring buffer, CAP_BPF).`,
    'Use a newer kernel; the tracefs sensor works with this one.',
  );
}

function judgeBtf(hasBtf: boolean): Check {
  const { ok, missing } = checksOf('btf');
  if (hasBtf) return ok('The kernel describes its types (/sys/kernel/btf/vmlinux).');
  return missing(
    'There is no /sys/kernel/btf/vmlinux: the ebpf sensor cannot be loaded.',
    'Use a kernel built with CONFIG_DEBUG_INFO_BTF; in a container, let it see /sys.',
  );
}

function judgeKoffi(libc: KernelFacts['libc']): Check {
  const { ok, missing } = checksOf('koffi');
  return libc.ok ? ok('The npm package koffi and libc.so.6 load.') : missing(libc.failure.sentence);
}

function judgeLibbpf(libbpf: KernelFacts['libbpf']): Check {
  const { ok, missing } = checksOf('libbpf');
  if (libbpf.ok) return ok('libbpf.so.1 loads.');
  if (libbpf.failure.code !== 'sensor/no-libbpf') return missing('libbpf.so.1 cannot be tried without koffi.');
  return missing('libbpf.so.1 cannot be loaded.', 'Install it: apt-get install libbpf1, or dnf install libbpf.');
}

function judgeBpffs(found: FileSystem): Check {
  const { ok, missing } = checksOf('bpffs');
  if (found === 'mounted') return ok('The BPF file system is mounted at /sys/fs/bpf.');
  if (found === 'known') return ok('The BPF file system is not mounted at /sys/fs/bpf: the agent does so itself.');
  return missing('This kernel has no BPF file system.', 'Use a kernel built with CONFIG_BPF_SYSCALL.');
}

function judgeTracefs(found: FileSystem): Check {
  const { ok, degraded } = checksOf('tracefs');
  if (found === 'mounted') return ok('The tracing file system is mounted.');
  if (found === 'known') return ok('The tracing file system is not mounted: where needed the agent does so itself.');
  return degraded(
    'This kernel has no tracing file system: without eBPF only /proc is left to look at.',
    'Use a kernel built with CONFIG_FTRACE.',
  );
}

function judgeLockdown(text: string | undefined): Check {
  const { ok, degraded } = checksOf('lockdown');
  if (text === undefined) return ok('No kernel lockdown is shown (/sys/kernel/security/lockdown is not there).');
  const mode = /\[(\w+)\]/.exec(text)?.[1] ?? text.trim();
  if (mode !== 'confidentiality') return ok(`Kernel lockdown is '${mode}', which lets the sensors read.`);
  return degraded(
    'Kernel lockdown is confidentiality: BPF programs and trace events may not read the kernel.',
    'Boot with lockdown=integrity (kernel_lockdown(7)).',
  );
}

function judgePidNamespace(isInitial: boolean): Check {
  const { ok, degraded } = checksOf('pid-namespace');
  if (isInitial) return ok('The agent is in the initial pid namespace: its pids are the host’s.');
  return degraded(
    'The agent is in a pid namespace of its own: it has no command lines of older processes, and the tracefs sensor is out of reach.',
    'Start its container with the host’s pid namespace (--pid=host, hostPID: true).',
  );
}

export function judgeSensor({ rung, asked, reasons, leftBehind }: SensorFacts): readonly Check[] {
  const { ok, degraded, missing } = checksOf('sensor');
  const why = reasons.join(' ');
  const aim = asked === 'auto' ? 'ebpf' : asked;
  const judge = (): Check => {
    if (rung === undefined) return missing(...withoutSensor(asked, why));
    if (rung === aim) return ok(`The ${rung} sensor opens; it was tried, and taken out again.`);
    const finding = `The ${rung} sensor is the best that opens. ${why}`;
    const mending = 'Mend what stands in its way; docs/rungs.md says what each sensor sees.';
    return rung === 'procfs' ? missing(`${finding} Nobody can say who killed.`, mending) : degraded(finding, mending);
  };
  if (leftBehind === undefined) return [judge()];
  const left = checksOf('sensor-removal').degraded(
    leftBehind,
    'Look for whodunit-* in /sys/fs/bpf and in tracing/instances.',
  );
  return [judge(), left];
}

function withoutSensor(asked: string, why: string): [finding: string, mending?: string] {
  if (asked === 'auto') return [`No sensor can be opened. ${why}`];
  return [`The ${asked} sensor cannot be opened. ${why}`, 'Mend what stands in its way, or take --sensor auto.'];
}
