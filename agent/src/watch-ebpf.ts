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

export function watchEbpf({ sensor, tracker, uplink }: Parts): Watch {
  const { ring } = sensor;
  let timer: NodeJS.Timeout | NodeJS.Immediate | undefined;
  let announce: Announcement | undefined;
  let wanted: { readonly refresh: boolean } | undefined;
  let snapshotAtMs = -Infinity;

  function turn(): number {
    tracker.beginTurn(sensor.bootNanoseconds());
    const count = readRing(ring, tracker, sensor.from);
    countLosses();
    if (announce !== undefined && ring.readPosition >= announce.position) announceSnapshot();
    if (wanted && performance.now() - snapshotAtMs > agentLimits.snapshotIntervalMs) takeSnapshot(wanted.refresh);
    release();
    return count;
  }

  function countLosses(): void {
    const losses = sensor.takeLosses();
    if (losses === undefined) return;
    const { since, until, count } = losses;
    const range = { at: until.toString(), since: since.toString(), until: until.toString() };
    uplink.push({ kind: 'loss', cause: 'ring-overrun', ...range, count }, tracker.safePosition);
    wanted = { refresh: true };
  }

  function takeSnapshot(refresh: boolean): void {
    wanted = undefined;
    snapshotAtMs = performance.now();
    const since = sensor.bootNanoseconds();
    const tasks = sensor.listTasks();
    const at = sensor.bootNanoseconds();
    tracker.takeSnapshot(tasks, refresh);
    const processes = tasks.filter(({ who }) => !who.dead).length;
    announce = { since, at, position: ring.producedPosition(), processes };
  }

  function announceSnapshot(): void {
    if (announce === undefined) return;
    const { at, since, processes } = announce;
    announce = undefined;
    uplink.push({ kind: 'snapshot', at: at.toString(), since: since.toString(), processes }, tracker.safePosition);
  }

  function release(): void {
    if (uplink.undeliveredPosition === undefined) ring.release(tracker.safePosition);
    // Better to rely on our memory than to make the kernel drop what is new.
    else if (ring.readPosition - ring.releasedPosition > ring.sizeBytes / 2) ring.release(ring.readPosition);
  }

  function schedule(count: number): void {
    if (count >= agentLimits.recordsPerTurnMax) timer = setImmediate(next);
    else timer = setTimeout(next, count > 0 ? agentLimits.pollBusyMs : agentLimits.pollIdleMs);
  }

  function next(): void {
    schedule(turn());
  }

  return {
    start() {
      takeSnapshot(false);
      for (const { ring: older, until } of sensor.backlogs) readBacklog(older, tracker, until);
      sensor.removeBacklogs();
      next();
    },
    wantSnapshot() {
      wanted ??= { refresh: false };
      snapshotAtMs = -Infinity;
    },
    onDelivered(entries) {
      const position = releasablePosition(entries, uplink.undeliveredPosition);
      if (position !== undefined) ring.release(position);
    },
    stop() {
      clearTimeout(timer as NodeJS.Timeout);
      clearImmediate(timer as NodeJS.Immediate);
      const end = ring.producedPosition();
      while (ring.readPosition < end && turn() > 0);
      // No exec will follow that could say a held fork better.
      tracker.beginTurn(sensor.bootNanoseconds() + BigInt(agentLimits.forkHeldMs) * 1_000_000n);
    },
  };
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
