/** Opens a sensor through its pins: this build's, or what another build left behind. */
import { closeSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { floodBytes } from '../kernel/flood.js';
import { throttleBytes } from '../kernel/throttle.js';
import { failure, success, type Result } from '../result.js';
import { Counts } from './counts.js';
import { HashMap } from './hash-map.js';
import { LossCounters, lossMapBytes } from './losses.js';
import type { Libbpf, Libc } from './native.js';
import * as pins from './pins.js';
import { mapRing, type Ring } from './ring.js';
import type { Backlog } from './sensor.js';

interface Libraries {
  readonly libc: Libc;
  readonly libbpf: Libbpf;
}

export interface Pinned {
  readonly ring: Ring;
  readonly ringId: string | undefined;
  readonly layout: number;
  readonly losses: LossCounters | undefined;
  readonly counts: Counts | undefined;
}

/** Layouts of agent/probe/record.h that decodeRecord() reads. */
const readableLayouts: ReadonlySet<number> = new Set([2]);

export function openPinned({ libc, libbpf }: Libraries, directory: string, digest: string): Result<Pinned> {
  const folder = join(directory, digest);
  const pin = pins.findRing(directory, digest);
  const found = pin && withPin(libbpf, pin.path, (fd) => openRing(libc, fd));
  if (!pin || !found) return failure('sensor/not-mapped', `The sensor pinned at ${folder} cannot be opened.`);
  const memory = withPin(libbpf, join(folder, pins.pinNames.losses), (fd) => libc.map(fd, lossMapBytes, 0, true));
  return success({
    ...found,
    layout: pin.layout,
    losses: memory && new LossCounters(memory),
    counts: openCounts(libbpf, folder),
  });
}

export function openBacklog(
  libraries: Libraries,
  directory: string,
  digest: string,
  until: bigint,
): readonly Backlog[] {
  const opened = openPinned(libraries, directory, digest);
  if (!opened.ok) return [];
  const { ring, ringId, layout, counts, losses } = opened.value;
  const readable = readableLayouts.has(layout);
  return [{ ring, ringId, until, readable, counts: readable ? counts : undefined, takeLosses: () => losses?.take() }];
}

/** fdinfo of a map: the kernel numbers maps upwards and uses no number twice in a boot (idr_alloc_cyclic). */
function openRing(libc: Libc, fd: number): { readonly ring: Ring; readonly ringId: string | undefined } | undefined {
  const info = readFileSync(`/proc/self/fdinfo/${fd}`, 'utf8');
  const ring = mapRing(libc, fd, Number(/^max_entries:\t(\d+)$/m.exec(info)?.[1] ?? 0));
  return ring && { ring, ringId: /^map_id:\t(\d+)$/m.exec(info)?.[1] };
}

/** Undefined for a build that did not count. */
function openCounts(libbpf: Libbpf, folder: string): Counts | undefined {
  const open = (pin: string, keyBytes: number, valueBytes: number) => {
    const fd = libbpf.objGet(join(folder, pin));
    return fd < 0 ? undefined : new HashMap(libbpf, fd, keyBytes, valueBytes);
  };
  const floods = open(pins.countPins.floods, floodBytes.key, floodBytes.value);
  const throttles = open(pins.countPins.throttles, throttleBytes.key, throttleBytes.value);
  const throttlesTold = open(pins.countPins.throttles_told, throttleBytes.key, throttleBytes.told);
  return floods && throttles && throttlesTold && new Counts({ floods, throttles, throttlesTold });
}

/** A mapping keeps the map alive; the descriptor is not needed any longer. */
function withPin<T>(libbpf: Libbpf, path: string, use: (fd: number) => T | undefined): T | undefined {
  const fd = libbpf.objGet(path);
  if (fd < 0) return undefined;
  try {
    return use(fd);
  } finally {
    closeSync(fd);
  }
}
