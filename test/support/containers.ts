/**
 * Real containers by podman and runc, with storage of their own in a temporary directory: nothing of the machine's is seen or
 * touched. Their image is a shell and sleep(1), taken from the tree that make-machine.sh made.
 */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { machineDirectory } from './prerequisite.js';

const cgroupRoot = '/sys/fs/cgroup';
const library = 'usr/lib/x86_64-linux-gnu';
const files = ['bin', 'lib', 'lib64', 'usr/lib64', 'usr/bin/sh', 'usr/bin/dash', 'usr/bin/sleep'];
const image = 'whodunit:test';

export interface Containers {
  /** Starts one. @returns its id, and the pid of its first process on the host */
  run(...command: readonly string[]): { readonly id: string; readonly pid: number };
  podman(...args: readonly string[]): string;
  /** Docker's API on this socket, until the process is ended. */
  serve(socket: string): ChildProcess;
  remove(): void;
}

export function createContainers(): Containers {
  const directory = mkdtempSync(join(tmpdir(), 'whodunit-containers-'));
  const parents = cgroupParents().filter((path) => !existsSync(path));
  const own = ['root', 'runroot', 'tmpdir'].map((name) => `--${name}=${directory}/${name}`);
  const options = [...own, '--runtime=runc', '--cgroup-manager=cgroupfs', '--events-backend=none'];
  const podman = (...args: readonly string[]) => succeed('podman', [...options, ...args]);

  const tree = `${directory}/image.tar`;
  succeed('tar', [
    '-C',
    machineDirectory,
    '-cf',
    tree,
    ...files,
    `${library}/libc.so.6`,
    `${library}/ld-linux-x86-64.so.2`,
  ]);
  podman('import', '--quiet', tree, image);
  return {
    podman,
    serve: (socket) =>
      spawn('podman', [...options, 'system', 'service', '--time=0', `unix://${socket}`], { stdio: 'ignore' }),
    run(...command) {
      // As on hosts where the limits of this very process are lower than podman's defaults.
      const limits = ['--ulimit=nofile=1024:1024', '--ulimit=nproc=1000:1000', '--network=none'];
      const id = podman('run', '--detach', ...limits, image, ...command);
      return { id, pid: Number(podman('inspect', '--format={{.State.Pid}}', id)) };
    },
    remove() {
      podman('rm', '--all', '--force', '--time=0');
      removeStorage(directory);
      for (const path of parents) if (existsSync(path) && isEmpty(path)) removeTree(path);
    },
  };
}

function succeed(program: string, args: readonly string[]): string {
  const ran = spawnSync(program, args, { encoding: 'utf8' });
  if (ran.status !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${ran.status}: ${ran.stderr}`);
  return ran.stdout.trim();
}

/** Where runc makes cgroups, in each hierarchy. */
function cgroupParents(): readonly string[] {
  return [cgroupRoot, ...readdirSync(cgroupRoot).map((name) => join(cgroupRoot, name))].map((path) =>
    join(path, 'libpod_parent'),
  );
}

/** podman mounts its storage over itself; the cleanup that conmon starts for an ended container may do so again behind us. */
function removeStorage(directory: string): void {
  for (let attemptsLeft = 100; existsSync(directory); attemptsLeft -= 1) {
    const mounts = readFileSync('/proc/self/mounts', 'utf8').split('\n');
    const ours = mounts.map((line) => line.split(' ')[1] ?? '').filter((path) => path.startsWith(`${directory}/`));
    for (const path of ours.reverse()) spawnSync('umount', [path]);
    try {
      rmSync(directory, { recursive: true, force: true });
    } catch (error) {
      if (attemptsLeft === 0) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 50);
    }
  }
}

function isEmpty(path: string): boolean {
  return spawnSync('find', [path, '-name', 'cgroup.procs', '-exec', 'cat', '{}', '+']).stdout.length === 0;
}

function removeTree(directory: string): void {
  for (const entry of readdirSync(directory, { withFileTypes: true }))
    if (entry.isDirectory()) removeTree(join(directory, entry.name));
  rmdirSync(directory);
}
