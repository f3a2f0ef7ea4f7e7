/**
 * The BPF file system that holds the pins. Where nobody has mounted it we do, under our own source name, so that
 * whichever agent leaves last knows that it may unmount it again.
 */
import { mkdirSync, readdirSync, readFileSync, statfsSync } from 'node:fs';
import { failure, success, type Result } from '../result.js';
import type { Libc } from './native.js';

export const bpffsPath = '/sys/fs/bpf';

const bpfFsMagic = 0xcafe4a11;
const ownSource = 'whodunit';
/** The kernel puts these into every BPF file system (CONFIG_BPF_PRELOAD). */
const kernelsOwn: ReadonlySet<string> = new Set(['maps.debug', 'progs.debug']);

export function ensureBpffs(libc: Libc): Result<undefined> {
  if (isBpffs()) return success(undefined);
  try {
    mkdirSync(bpffsPath, { recursive: true });
  } catch {
    // sysfs makes this directory itself; where it does not, mount says so below.
  }
  const errno = libc.mount(ownSource, bpffsPath, 'bpf');
  if (errno === 0 || isBpffs()) return success(undefined);
  return failure(
    'sensor/no-bpffs',
    `The BPF file system cannot be mounted at ${bpffsPath} (errno ${errno}): mount it with mount -t bpf bpf ${bpffsPath}.`,
  );
}

/** Unmounts what we mounted once nothing is in it; an agent that comes at the same moment keeps it busy. */
export function leaveBpffs(libc: Libc): void {
  if (!isBpffs() || !isOurMount()) return;
  if (readdirSync(bpffsPath).every((name) => kernelsOwn.has(name))) libc.unmount(bpffsPath);
}

function isBpffs(): boolean {
  try {
    return (statfsSync(bpffsPath).type & 0xffffffff) >>> 0 === bpfFsMagic;
  } catch {
    return false;
  }
}

function isOurMount(): boolean {
  return readFileSync('/proc/self/mounts', 'utf8').includes(`${ownSource} ${bpffsPath} bpf `);
}
