/** Finds out what judge-kernel.ts asks for. */
import { existsSync } from 'node:fs';
import { release } from 'node:os';
import { parseProcStatus } from '../kernel/proc-status.js';
import { loadLibbpf, loadLibc } from '../source/native.js';
import { inInitialPidNamespace, readText } from '../source/proc.js';
import type { FileSystem, KernelFacts } from './facts.js';

export async function lookAtKernel(): Promise<KernelFacts> {
  const status = parseProcStatus(readText('/proc/self/status') ?? '');
  return {
    euid: status?.euid,
    capabilities: status?.capabilities ?? 0n,
    release: release(),
    hasBtf: existsSync('/sys/kernel/btf/vmlinux'),
    libc: await loadLibc(),
    libbpf: await loadLibbpf(),
    bpffs: lookForFileSystem('bpf', ['/sys/fs/bpf']),
    tracefs: lookForFileSystem('tracefs', ['/sys/kernel/tracing', '/sys/kernel/debug/tracing']),
    lockdown: readText('/sys/kernel/security/lockdown'),
    inInitialPidNamespace: inInitialPidNamespace(),
  };
}

function lookForFileSystem(type: string, places: readonly string[]): FileSystem {
  const mounts = (readText('/proc/self/mounts') ?? '').split('\n').map((line) => line.split(' '));
  if (mounts.some(([, place = '', is]) => is === type && places.includes(place))) return 'mounted';
  const known = (readText('/proc/filesystems') ?? '').split('\n').some((line) => line.endsWith(`\t${type}`));
  return known ? 'known' : 'unknown';
}
