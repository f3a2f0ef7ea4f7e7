/**
 * What a test needs of the machine. Where it is missing, a user's run skips the test and says why; in CI, which installs
 * everything, it is a failure: a test that never runs proves nothing.
 *
 *     describe.runIf(requirePrerequisite('root', 'btf'))('the sensor', () => { … });
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { release } from 'node:os';

/** A Debian with systemd, redis-server, sshd and cron, for systemd-nspawn; test/support/make-machine.sh makes it. */
export const machineDirectory = process.env['WHODUNIT_TEST_MACHINE'] ?? '/var/tmp/whodunit-machine';

const runs = (program: string, ...args: readonly string[]) =>
  spawnSync(program, args, { stdio: 'ignore' }).status === 0;

const prerequisites = {
  root: { present: () => process.getuid?.() === 0, help: 'run it as root: sudo npm test' },
  btf: { present: () => existsSync('/sys/kernel/btf/vmlinux'), help: 'a kernel with CONFIG_DEBUG_INFO_BTF' },
  faketime: { present: () => runs('faketime', '--version'), help: 'apt-get install faketime' },
  tracefs: {
    present: () => readFileSync('/proc/filesystems', 'utf8').includes('\ttracefs\n'),
    help: 'a kernel with CONFIG_FTRACE and CONFIG_FTRACE_SYSCALLS',
  },
  libbpf: { present: () => /libbpf\.so\.1/.test(sharedLibraries()), help: 'apt-get install libbpf1' },
  cc: { present: () => runs('cc', '--version'), help: 'apt-get install gcc libc6-dev' },
  clang: { present: () => runs('clang-16', '--version'), help: 'apt-get install clang-16 llvm-16 libbpf-dev' },
  curl: { present: () => runs('curl', '--version'), help: 'apt-get install curl' },
  openssl: { present: () => runs('openssl', 'version'), help: 'apt-get install openssl' },
  python3: { present: () => runs('python3', '--version'), help: 'apt-get install python3' },
  machine: {
    present: () => runs('systemd-nspawn', '--version') && existsSync(`${machineDirectory}/etc/whodunit-machine`),
    help: `apt-get install systemd-container debootstrap; test/support/make-machine.sh ${machineDirectory}`,
  },
  podman: {
    present: () => runs('podman', '--version') && runs('runc', '--version') && runs('conmon', '--version'),
    help: 'apt-get install podman runc conmon',
  },
  cgroup2: {
    present: () => / cgroup2 /.test(readFileSync('/proc/self/mountinfo', 'utf8')),
    help: 'a version 2 cgroup hierarchy: mount -t cgroup2 none DIRECTORY',
  },
  earlyoom: { present: () => runs('earlyoom', '-v'), help: 'apt-get install earlyoom' },
  alertmanager: {
    present: () => runs('prometheus-alertmanager', '--version'),
    help: 'apt-get install prometheus-alertmanager, or its program alone',
  },
  'pid-max-of-namespace': {
    present: () => kernelIs(6, 14),
    help: 'Linux 6.14: before, pid_max is one for the machine',
  },
  unshare: { present: () => runs('unshare', '--version'), help: 'apt-get install util-linux' },
  strace: { present: () => runs('strace', '--version'), help: 'apt-get install strace' },
  service: { present: () => runs('service', '--version'), help: 'apt-get install init-system-helpers' },
  psmisc: { present: () => runs('killall', '--version'), help: 'apt-get install psmisc' },
  sudo: { present: () => runs('sudo', '-n', 'true'), help: 'apt-get install sudo' },
  'redis-server': { present: () => runs('redis-server', '--version'), help: 'apt-get install redis-server' },
} as const satisfies Record<string, { present: () => boolean; help: string }>;

export type Prerequisite = keyof typeof prerequisites;

/** @returns whether all are there. @throws in CI when one is not */
export function requirePrerequisite(...names: readonly Prerequisite[]): boolean {
  const missing = names.filter((name) => !prerequisites[name].present());
  if (missing.length === 0) return true;
  const reason = missing.map((name) => `${name} (${prerequisites[name].help})`).join(', ');
  if (process.env['CI'] === 'true') throw new Error(`CI lacks what this test needs: ${reason}.`);
  console.warn(`Skipped for want of ${reason}.`);
  return false;
}

function kernelIs(major: number, minor: number): boolean {
  const [ours = 0, our = 0] = release().split('.').map(Number);
  return ours > major || (ours === major && our >= minor);
}

/** ldconfig is in /sbin, which an ordinary user's PATH may lack. */
function sharedLibraries(): string {
  const env = { PATH: `${process.env['PATH']}:/sbin:/usr/sbin` };
  return spawnSync('ldconfig', ['-p'], { env, encoding: 'utf8' }).stdout ?? '';
}
