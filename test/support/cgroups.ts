/**
 * Real cgroups for tests, in whatever hierarchies this machine has mounted: made below the root (or where this process is
 * allowed to), removed in the end, processes moved back before. Needs root.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Where each hierarchy that the agent believes is mounted, on version 1, hybrid and version 2 hosts. */
const places = {
  systemd: ['/sys/fs/cgroup/systemd'],
  unified: ['/sys/fs/cgroup/unified', '/sys/fs/cgroup'],
  memory: ['/sys/fs/cgroup/memory'],
  pids: ['/sys/fs/cgroup/pids'],
} as const;

export type Hierarchy = keyof typeof places;

export function cgroupHierarchies(): readonly Hierarchy[] {
  if (process.getuid?.() !== 0) return [];
  return (Object.keys(places) as Hierarchy[]).filter((name) => mountOf(name) !== undefined);
}

function mountOf(hierarchy: Hierarchy): string | undefined {
  return places[hierarchy].find((directory) => existsSync(join(directory, 'cgroup.procs')));
}

export interface Cgroups {
  /** @returns the directory of a cgroup at that path of the hierarchy, made with its parents. */
  make(hierarchy: Hierarchy, path: string): string;
  move(directory: string, pid: number): void;
  remove(): void;
}

export function createCgroups(): Cgroups {
  /** Innermost last. */
  const made: string[] = [];
  return {
    make(hierarchy, path) {
      let directory = mountOf(hierarchy) ?? '';
      for (const name of path.split('/')) {
        directory = join(directory, name);
        if (existsSync(directory)) continue;
        mkdirSync(directory);
        made.push(directory);
      }
      return directory;
    },
    move(directory, pid) {
      const memory = mountOf('memory');
      if (memory && !directory.startsWith(memory)) writeFileSync(join(memory, 'cgroup.procs'), String(pid));
      writeFileSync(join(directory, 'cgroup.procs'), String(pid));
    },
    remove() {
      for (let directory = made.pop(); directory !== undefined; directory = made.pop()) empty(directory);
    },
  };
}

/** A cgroup that holds zombies only can be removed; what lives in it is ours and is ended. */
function empty(directory: string): void {
  if (!existsSync(directory)) return;
  if (readdirSync(directory, { withFileTypes: true }).some((entry) => entry.isDirectory())) return;
  for (let attempt = 0; attempt < 200; attempt += 1) {
    for (const pid of readFileSync(join(directory, 'cgroup.procs'), 'utf8').split('\n').filter(Boolean))
      kill(Number(pid));
    try {
      rmdirSync(directory);
      return;
    } catch {
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10);
    }
  }
  throw new Error(`${directory} could not be removed`);
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended meanwhile.
  }
}

/**
 * A shell that moves itself into the cgroup (and out of whatever memory cgroup this test runs in, which would count for
 * more than one of `pids`), and then runs the script, as service managers and runtimes do.
 */
export function inCgroup(directory: string, script: string) {
  const memory = mountOf('memory');
  const leave = memory && !directory.startsWith(memory) ? `echo $$ > ${memory}/cgroup.procs && ` : '';
  const moves = `${leave}echo $$ > ${directory}/cgroup.procs && echo moved`;
  const child = spawn('/bin/sh', ['-c', `${moves} && ${script}`], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const pid = child.pid ?? 0;
  return {
    pid,
    running: once(child.stdout, 'data'),
    ended: once(child, 'exit').then(() => pid),
  };
}
