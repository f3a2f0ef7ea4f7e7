/** A real systemd, booted by systemd-nspawn with a network of its own; switched off in the end. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, readlinkSync, rmdirSync } from 'node:fs';
import { machineDirectory } from './prerequisite.js';

const name = `whodunit-${process.pid}`;
/** Where systemd keeps track of services: on version 1 and hybrid hosts, and on version 2 hosts. */
const places = ['/sys/fs/cgroup/systemd', '/sys/fs/cgroup/unified', '/sys/fs/cgroup'];

export interface Machine {
  /** Host-wide pid of the main process of a service in it, once there is one other than `not`. */
  pidOf(unit: string, comm: string, not?: number): number | undefined;
  close(): Promise<void>;
}

export function bootMachine(): Machine {
  // systemd-nspawn makes its cgroups below the one that it is in, and leaves them behind.
  const directories = places.filter((place) => existsSync(`${place}/cgroup.procs`)).map((place) => `${place}/${name}`);
  for (const directory of directories) mkdirSync(directory, { recursive: true });
  const moves = directories.map((directory) => `echo $$ > ${directory}/cgroup.procs; `).join('');
  const options = ['--quiet', '--boot', '--register=no', '--keep-unit', '--private-network', '--link-journal=no'];
  const args = [...options, `--directory=${machineDirectory}`, `--machine=${name}`];
  const child = spawn('/bin/sh', ['-c', `${moves}exec systemd-nspawn "$@"`, 'sh', ...args], { stdio: 'ignore' });
  const ended = once(child, 'exit');
  return {
    pidOf: (unit, comm, not) => pids().find((pid) => pid !== not && isOf(pid, unit, comm)),
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
