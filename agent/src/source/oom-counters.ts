/**
 * The kernel's own counts of OOM kills, since Linux 4.13: `oom_kill` of /proc/vmstat for the host, of `memory.events.local`
 * or `memory.events` (cgroup version 2) or `memory.oom_control` (version 1) for one cgroup. Raised once for each line
 * "Killed process", before it is printed.
 */
import { join } from 'node:path';
import type { CgroupMount } from '../kernel/cgroup-mounts.js';
import { parseOomKills } from '../kernel/oom-kills.js';
import { findMemoryMount } from './memory-mount.js';
import { readText } from './proc.js';

const files = ['memory.oom_control', 'memory.events.local', 'memory.events'] as const;

export class OomCounters {
  readonly #read: (path: string) => string | undefined;
  #memory: CgroupMount | undefined;

  constructor(read = readText) {
    this.#read = read;
  }

  /** Undefined on kernels that do not count. */
  ofHost(): number | undefined {
    return parseOomKills(this.#read('/proc/vmstat') ?? '');
  }

  /** Of that cgroup or, where it has no memory controller of its own, of the nearest above it; the root has no count. */
  ofCgroup(path: string): { readonly path: string; readonly kills: number } | undefined {
    this.#memory ??= findMemoryMount(this.#read);
    if (this.#memory === undefined || this.#memory.root !== '/') return undefined;
    for (let at = path; at.length > 1; at = at.slice(0, at.lastIndexOf('/'))) {
      const directory = join(this.#memory.mountPoint, at);
      for (const file of files) {
        const kills = parseOomKills(this.#read(join(directory, file)) ?? '');
        if (kills !== undefined) return { path: at, kills };
      }
    }
    return undefined;
  }
}
