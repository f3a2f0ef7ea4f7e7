/**
 * Paths of cgroups by (hierarchy, id). New cgroups are learnt from the probe's records; older ones are opened by their
 * inode (open_by_handle_at: no tree is walked), once each. What is neither known nor there any longer has no path.
 */
import { closeSync, constants, openSync, readlinkSync } from 'node:fs';
import { cutText } from '../bytes/text.js';
import { limits } from '../contract.js';
import { parseCgroupMounts, type CgroupMount } from '../kernel/cgroup-mounts.js';
import type { CgroupRef } from '../kernel/record.js';
import { agentLimits } from '../limits.js';
import type { Libc } from './native.js';
import { readText } from './proc.js';

export class Cgroups {
  /** Null: asked for and not found. */
  readonly #paths = new Map<string, string | null>();
  readonly #libc: Pick<Libc, 'openByInode'> | undefined;
  #mounts: ReadonlyMap<number, CgroupMount> = new Map();
  #mountsReadAtMs = -Infinity;

  /** Without `libc`, only what is learnt is known. */
  constructor(libc: Pick<Libc, 'openByInode'> | undefined) {
    this.#libc = libc;
  }

  learn(cgroup: CgroupRef, path: string): void {
    this.#keep(keyOf(cgroup), cutText(path, limits.pathCharactersMax));
  }

  pathOf(cgroup: CgroupRef): string | undefined {
    if (cgroup.id === 0n) return '/';
    const key = keyOf(cgroup);
    let path = this.#paths.get(key);
    if (path === undefined) {
      path = this.#open(cgroup) ?? null;
      this.#keep(key, path);
    }
    return path ?? undefined;
  }

  #keep(key: string, path: string | null): void {
    this.#paths.set(key, path);
    if (this.#paths.size <= agentLimits.cgroupsMax) return;
    const [oldest] = this.#paths.keys();
    if (oldest !== undefined) this.#paths.delete(oldest);
  }

  #open({ hierarchy, id }: CgroupRef): string | undefined {
    const mount = this.#mountOf(hierarchy);
    if (mount === undefined || this.#libc === undefined) return undefined;
    try {
      return openPath(mount, id, this.#libc);
    } catch {
      return undefined;
    }
  }

  /** A hierarchy can be mounted at any time; the list is read again, though not for every question. */
  #mountOf(hierarchy: number): CgroupMount | undefined {
    const now = performance.now();
    if (!this.#mounts.has(hierarchy) && now - this.#mountsReadAtMs > agentLimits.snapshotIntervalMs) {
      this.#mountsReadAtMs = now;
      this.#mounts = parseCgroupMounts(readText('/proc/self/mountinfo') ?? '', readText('/proc/self/cgroup') ?? '');
    }
    return this.#mounts.get(hierarchy);
  }
}

function openPath(mount: CgroupMount, id: bigint, libc: Pick<Libc, 'openByInode'>): string | undefined {
  // Not kept open: that would keep the operator from unmounting it.
  const mountFd = openSync(mount.mountPoint, constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    const fd = libc.openByInode(mountFd, id);
    if (fd < 0) return undefined;
    try {
      return pathWithin(mount, readlinkSync(`/proc/self/fd/${fd}`));
    } finally {
      closeSync(fd);
    }
  } finally {
    closeSync(mountFd);
  }
}

/** The path from the hierarchy's root. */
function pathWithin({ mountPoint, root }: CgroupMount, path: string): string | undefined {
  if (path === mountPoint) return root;
  if (!path.startsWith(`${mountPoint}/`)) return undefined;
  const below = path.slice(mountPoint.length).replace(/ \(deleted\)$/, '');
  return cutText(root === '/' ? below : root + below, limits.pathCharactersMax);
}

function keyOf({ hierarchy, id }: CgroupRef): string {
  return `${hierarchy}:${id}`;
}
