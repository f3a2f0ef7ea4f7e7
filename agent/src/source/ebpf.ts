/**
 * The first rung: loads the probe, pins it, and opens it through its pins. A fresh sensor and one that an earlier
 * agent left behind are opened the same way.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { decodeTasks } from '../kernel/record.js';
import { parseProcStatus } from '../kernel/proc-status.js';
import { failure, success, type Result } from '../result.js';
import { ensureBpffs, leaveBpffs } from './bpffs.js';
import { Cgroups } from './cgroups.js';
import { ProgramMisses } from './misses.js';
import { loadLibbpf, loadLibc, type Libbpf, type Libc } from './native.js';
import { openBacklog, openPinned } from './open-pinned.js';
import * as pins from './pins.js';
import { inInitialPidNamespace } from './proc.js';
import { withMissingParents } from './missing-parents.js';
import type { EbpfSensor } from './sensor.js';

const btfPath = '/sys/kernel/btf/vmlinux';

const foreignNamespace =
  'The agent runs in a pid namespace of its own: command lines of processes older than it are missing. Start its container with the host’s pid namespace (--pid=host).';

interface Libraries {
  readonly libc: Libc;
  readonly libbpf: Libbpf;
}

export async function openEbpf(objectPath: string, stateDir: string): Promise<Result<EbpfSensor>> {
  const ready = await prepare();
  if (!ready.ok) return ready;
  const { libc, libbpf } = ready.value;
  const directory = pins.pinDirectory(stateDir);
  const digest = pins.objectDigest(readFileSync(objectPath));
  const found = pins.pinnedDigests(directory);
  if (!found.includes(digest)) {
    const loaded = loadAndPin(libbpf, objectPath, directory, digest);
    if (!loaded.ok) return loaded;
  }
  const opened = openPinned(ready.value, directory, digest);
  if (!opened.ok) return opened;
  const older = found.filter((name) => name !== digest);
  const now = libc.bootNanoseconds();
  const backlogs = older.flatMap((name) => openBacklog(ready.value, directory, name, now));
  const misses = new ProgramMisses(libbpf, join(directory, digest));
  const list = (pin: string) => decodeTasks(readFileSync(join(directory, digest, pin)));
  return success({
    rung: 'ebpf',
    blindSpots: inInitialPidNamespace() ? [] : [foreignNamespace],
    resumed: found.includes(digest) || backlogs.length > 0,
    ring: opened.value.ring,
    cgroups: new Cgroups(libc),
    ringId: opened.value.ringId,
    from: backlogs.length > 0 ? now : 0n,
    backlogs,
    counts: opened.value.counts,
    bootNanoseconds: () => libc.bootNanoseconds(),
    takeLosses: () => opened.value.losses?.take(),
    takeMisses: () => misses.take(),
    listTasks: () => withMissingParents(list(pins.pinNames.tasks)),
    listHalted: () => list(pins.pinNames.halted),
    removeBacklogs: () => older.forEach((name) => pins.removePins(directory, name)),
    remove() {
      pins.removeAllPins(directory);
      leaveBpffs(libc);
    },
  });
}

/** True when there was something. */
export async function removeEbpf(stateDir: string): Promise<boolean> {
  const libc = await loadLibc();
  const removed = pins.removeAllPins(pins.pinDirectory(stateDir));
  if (libc.ok) leaveBpffs(libc.value);
  return removed;
}

async function prepare(): Promise<Result<Libraries>> {
  const allowed = checkCapabilities(readFileSync('/proc/self/status', 'utf8'));
  if (!allowed.ok) return allowed;
  if (!existsSync(btfPath)) {
    return failure('sensor/no-btf', `This kernel has no BTF (${btfPath}): use one built with CONFIG_DEBUG_INFO_BTF.`);
  }
  const libc = await loadLibc();
  if (!libc.ok) return libc;
  const libbpf = await loadLibbpf();
  if (!libbpf.ok) return libbpf;
  const mounted = ensureBpffs(libc.value);
  if (!mounted.ok) return mounted;
  return success({ libc: libc.value, libbpf: libbpf.value });
}

/** Bits of include/uapi/linux/capability.h. SYS_ADMIN is for bpffs and, before 5.8, for everything. */
const needed = { CAP_SYS_ADMIN: 21n, CAP_PERFMON: 38n, CAP_BPF: 39n } as const;

export function checkCapabilities(status: string): Result<undefined> {
  const parsed = parseProcStatus(status);
  const missing = Object.entries(needed).filter(([, bit]) => ((parsed?.capabilities ?? 0n) & (1n << bit)) === 0n);
  if (missing.length === 0) return success(undefined);
  const names = missing.map(([name]) => name).join(', ');
  const who = parsed?.euid === 0 ? 'This container lacks' : 'The agent does not run as root and lacks';
  return failure('sensor/not-permitted', `${who} ${names}: start it as root, or grant these capabilities.`);
}

/** Programs whose tracepoint not every kernel has: without cgroups there is none that could be made. */
const optionalPrograms = ['on_cgroup_mkdir'] as const;

function loadAndPin(libbpf: Libbpf, objectPath: string, directory: string, digest: string): Result<undefined> {
  const loaded = load(libbpf, objectPath, []);
  const object = loaded.ok ? loaded : load(libbpf, objectPath, optionalPrograms);
  // What the kernel has against the whole of it says more.
  if (!object.ok) return loaded.ok ? success(undefined) : loaded;
  return pinObject(libbpf, object.value, directory, digest);
}

function load(libbpf: Libbpf, objectPath: string, without: readonly string[]): Result<bigint> {
  const object = libbpf.openObject(objectPath);
  if (object === undefined) return failure('sensor/bad-object', `${objectPath} is not a BPF object: build it anew.`);
  for (const program of without) libbpf.leaveOut(object, program);
  const loaded = libbpf.loadObject(object);
  if (loaded >= 0) return success(object);
  libbpf.closeObject(object);
  return failure('sensor/not-loaded', `The kernel refused the probe (errno ${-loaded}).`);
}

function pinObject(libbpf: Libbpf, object: bigint, directory: string, digest: string): Result<undefined> {
  try {
    const folder = pins.beginPins(directory, digest);
    const pinned = pinAll(libbpf, object, folder);
    if (pinned.ok) pins.finishPins(directory, digest);
    else pins.abandonPins(directory, digest);
    return pinned;
  } finally {
    libbpf.closeObject(object);
  }
}

function pinAll(libbpf: Libbpf, object: bigint, folder: string): Result<undefined> {
  const maps = [
    ['ring', pins.pinNames.ring],
    ['losses', pins.pinNames.losses],
    ...Object.entries(pins.countPins),
  ] as const;
  for (const [map, pin] of maps) {
    const fd = libbpf.mapFd(object, map);
    // An older probe, put beside this agent, does not count.
    if (fd < 0 && map in pins.countPins) continue;
    const error = libbpf.objPin(fd, join(folder, pin));
    if (error < 0) return failure('sensor/not-pinned', `${join(folder, pin)} cannot be pinned (errno ${-error}).`);
  }
  for (const { name, program } of libbpf.programs(object)) {
    const link = libbpf.attach(program);
    if (link === undefined) return failure('sensor/not-attached', `The kernel did not take the program ${name}.`);
    const error = libbpf.pinLink(link, join(folder, name));
    // Only our handle: the pin keeps the link itself.
    libbpf.destroyLink(link);
    if (error < 0) return failure('sensor/not-pinned', `${join(folder, name)} cannot be pinned (errno ${-error}).`);
  }
  return success(undefined);
}
