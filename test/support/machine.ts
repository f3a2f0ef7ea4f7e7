/**
 * A real systemd, booted by systemd-nspawn with a network of its own; switched off in the end. What it writes is on a tmpfs over
 * the tree that make-machine.sh made, so nothing stays and several can run at once.
 */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, readlinkSync, rmdirSync } from 'node:fs';
import { machineDirectory } from './prerequisite.js';

const name = `whodunit-${process.pid}`;
/** Where systemd keeps track of services: on version 1 and hybrid hosts, and on version 2 hosts. */
const places = ['/sys/fs/cgroup/systemd', '/sys/fs/cgroup/unified', '/sys/fs/cgroup'];

export interface Machine {
  /** Host-wide pid of the main process of a service in it, once there is one other than `not`. */
  pidOf(unit: string, comm: string, not?: number): number | undefined;
  /** Host-wide pid of its init. @throws Error before it has begun to boot */
  leader(): number;
  /** Runs a program in all its namespaces. @returns what it wrote. @throws Error with its complaint when it fails */
  run(program: string, ...args: readonly string[]): string;
  /** A service made for the test. @returns its pid on the host, and the one that the machine knows it by */
  startService(unit: string, ...command: readonly string[]): { readonly pid: number; readonly inside: number };
  close(): Promise<void>;
}

/** @param more options of systemd-nspawn */
export function bootMachine(more: readonly string[] = []): Machine {
  // systemd-nspawn makes its cgroups below the one that it is in, and leaves them behind.
  const directories = places.filter((place) => existsSync(`${place}/cgroup.procs`)).map((place) => `${place}/${name}`);
  for (const directory of directories) mkdirSync(directory, { recursive: true });
  const moves = directories.map((directory) => `echo $$ > ${directory}/cgroup.procs; `).join('');
  const options = ['--quiet', '--boot', '--register=no', '--keep-unit', '--private-network', '--link-journal=no'];
  options.push('--volatile=overlay');
  const args = [...options, ...more, `--directory=${machineDirectory}`, `--machine=${name}`];
  const child = spawn('/bin/sh', ['-c', `${moves}exec systemd-nspawn "$@"`, 'sh', ...args], { stdio: 'ignore' });
  const ended = once(child, 'exit');
  const pidOf: Machine['pidOf'] = (unit, comm, not) => pids().find((pid) => pid !== not && isOf(pid, unit, comm));
  const leader = () => {
    const found = pids().find(isLeader);
    if (found === undefined) throw new Error('The machine has not begun to boot.');
    return found;
  };
  const run: Machine['run'] = (program, ...args) => {
    const ran = spawnSync('nsenter', ['--target', String(leader()), '--all', program, ...args], { encoding: 'utf8' });
    if (ran.status !== 0) throw new Error(`${program} ended with ${ran.status}: ${ran.stderr}${ran.stdout}`);
    return ran.stdout;
  };
  return {
    pidOf,
    leader,
    run,
    startService(unit, ...command) {
      run('systemd-run', `--unit=${unit}`, ...command);
      const pid = Number(run('systemctl', 'show', '--property=MainPID', '--value', unit));
      const onHost = pids().find((candidate) => pidInside(candidate) === pid && inPayload(candidate, unit));
      if (onHost === undefined) throw new Error(`${unit} does not run.`);
      return { pid: onHost, inside: pid };
    },
    async close() {
      // The first asks for an orderly end, as a power button does.
      child.kill('SIGTERM');
      const impatience = setTimeout(() => child.kill('SIGKILL'), 30_000);
      await ended;
      clearTimeout(impatience);
      directories.forEach(removeTree);
    },
  };
}

function removeTree(directory: string): void {
  for (const entry of readdirSync(directory, { withFileTypes: true }))
    if (entry.isDirectory()) removeTree(`${directory}/${entry.name}`);
  rmdirSync(directory);
}

function pids(): readonly number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
}

/** The pid in the innermost pid namespace. */
function pidInside(pid: number): number | undefined {
  return Number(/^NSpid:.*\t(\d+)$/m.exec(readText(`/proc/${pid}/status`))?.[1]);
}

function isLeader(pid: number): boolean {
  return pidInside(pid) === 1 && readText(`/proc/${pid}/comm`) === 'systemd\n' && inPayload(pid, '');
}

function inPayload(pid: number, unit: string): boolean {
  const cgroups = readText(`/proc/${pid}/cgroup`);
  return cgroups.includes(`/${name}/payload`) && cgroups.includes(unit);
}

/** Empty when the process is gone. */
function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

/** In a pid namespace other than ours: a service of the same name may run on this host. */
function isOf(pid: number, unit: string, comm: string): boolean {
  try {
    if (readFileSync(`/proc/${pid}/comm`, 'utf8').trim() !== comm) return false;
    if (readlinkSync(`/proc/${pid}/ns/pid`) === readlinkSync('/proc/self/ns/pid')) return false;
    return readFileSync(`/proc/${pid}/cgroup`, 'utf8').includes(`/payload/system.slice/${unit}\n`);
  } catch {
    return false;
  }
}
