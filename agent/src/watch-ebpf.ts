/**
 * Turns of the eBPF rung: read the ring, count what was lost, take process lists, release what was delivered.
 *
 * A list (snapshot) is announced only after every record that the kernel wrote before it: otherwise the server would
 * take a process whose end is still in the ring for one that ended unwatched.
 */
import { decodeRecord } from './kernel/record.js';
import { agentLimits } from './limits.js';
import type { EbpfSensor } from './source/sensor.js';
import type { Ring } from './source/ring.js';
import type { Tracker } from './track/tracker.js';
import type { Uplink } from './uplink/uplink.js';
import type { Entry } from './uplink/mentions.js';
import type { Watch } from './watch.js';

interface Parts {
  readonly sensor: EbpfSensor;
  readonly tracker: Tracker;
  readonly uplink: Uplink;
}

interface Announcement {
  readonly since: bigint;
  readonly at: bigint;
  /** The ring must have been read up to here. */
  readonly position: number;
  readonly processes: number;
}

export class EbpfWatch implements Watch {
  readonly #sensor: EbpfSensor;
  readonly #ring: Ring;
  readonly #tracker: Tracker;
  readonly #uplink: Uplink;
  #timer: NodeJS.Timeout | undefined;
  #immediate: NodeJS.Immediate | undefined;
  #announce: Announcement | undefined;
  #wanted: { readonly refresh: boolean } | undefined;
  #snapshotAtMs = -Infinity;

  constructor({ sensor, tracker, uplink }: Parts) {
    this.#sensor = sensor;
    this.#ring = sensor.ring;
    this.#tracker = tracker;
    this.#uplink = uplink;
  }

  start(): void {
    this.#takeSnapshot(false);
    for (const { ring: older, until } of this.#sensor.backlogs) readBacklog(older, this.#tracker, until);
    this.#sensor.removeBacklogs();
    this.#next();
  }

  wantSnapshot(): void {
    this.#wanted ??= { refresh: false };
    this.#snapshotAtMs = -Infinity;
  }

  onDelivered(entries: readonly Entry[]): void {
    const position = releasablePosition(entries, this.#uplink.undeliveredPosition);
    if (position !== undefined) this.#ring.release(position);
  }

  stop(): void {
    clearTimeout(this.#timer);
    clearImmediate(this.#immediate);
    const end = this.#ring.producedPosition();
    while (this.#ring.readPosition < end && this.#turn() > 0);
    // No exec will follow that could say a held fork better.
    this.#tracker.beginTurn(this.#sensor.bootNanoseconds() + BigInt(agentLimits.forkHeldMs) * 1_000_000n);
  }

  #next(): void {
    const count = this.#turn();
    const next = () => this.#next();
    if (count >= agentLimits.recordsPerTurnMax) this.#immediate = setImmediate(next);
    else this.#timer = setTimeout(next, count > 0 ? agentLimits.pollBusyMs : agentLimits.pollIdleMs);
  }

  /** The number of records that were read. */
  #turn(): number {
    this.#tracker.beginTurn(this.#sensor.bootNanoseconds());
    const count = readRing(this.#ring, this.#tracker, this.#sensor.from);
    this.#countLosses();
    this.#announceSnapshot();
    const due = performance.now() - this.#snapshotAtMs > agentLimits.snapshotIntervalMs;
    if (this.#wanted && due) this.#takeSnapshot(this.#wanted.refresh);
    this.#release();
    return count;
  }

  #countLosses(): void {
    const losses = this.#sensor.takeLosses();
    if (losses === undefined) return;
    const { since, until, count } = losses;
    const range = { at: until.toString(), since: since.toString(), until: until.toString() };
    this.#uplink.push({ kind: 'loss', cause: 'ring-overrun', ...range, count }, this.#tracker.safePosition);
    this.#wanted = { refresh: true };
  }

  #takeSnapshot(refresh: boolean): void {
    this.#wanted = undefined;
    this.#snapshotAtMs = performance.now();
    const since = this.#sensor.bootNanoseconds();
    const tasks = this.#sensor.listTasks();
    const at = this.#sensor.bootNanoseconds();
    this.#tracker.takeSnapshot(tasks, refresh);
    const processes = tasks.filter(({ who }) => !who.dead).length;
    this.#announce = { since, at, position: this.#ring.producedPosition(), processes };
  }

  #announceSnapshot(): void {
    if (this.#announce === undefined || this.#ring.readPosition < this.#announce.position) return;
    const { at, since, processes } = this.#announce;
    this.#announce = undefined;
    const times = { at: at.toString(), since: since.toString() };
    this.#uplink.push({ kind: 'snapshot', ...times, processes }, this.#tracker.safePosition);
  }

  #release(): void {
    const ring = this.#ring;
    if (this.#uplink.undeliveredPosition === undefined) ring.release(this.#tracker.safePosition);
    // Better to rely on our memory than to make the kernel drop what is new.
    else if (ring.readPosition - ring.releasedPosition > ring.sizeBytes / 2) ring.release(ring.readPosition);
  }
}

/** One record can make several events: it may go only when the last of them is delivered. */
export function releasablePosition(delivered: readonly Entry[], undelivered: number | undefined): number | undefined {
  for (let index = delivered.length - 1; index >= 0; index -= 1) {
    const position = delivered[index]?.position ?? 0;
    if (undelivered === undefined || position < undelivered) return position;
  }
  return undefined;
}

function readRing(ring: Ring, tracker: Tracker, from: bigint): number {
  return ring.read((bytes, end) => {
    const record = decodeRecord(bytes);
    if (record !== undefined && record.at >= from) tracker.handle(record, end);
  }, agentLimits.recordsPerTurnMax);
}

/** Another build's ring: its positions mean nothing for ours. */
function readBacklog(ring: Ring, tracker: Tracker, until: bigint): void {
  ring.read((bytes) => {
    const record = decodeRecord(bytes);
    if (record !== undefined && record.at < until) tracker.handle(record, 0);
  }, Infinity);
}
