/**
 * Turns of the eBPF rung: read the ring, count what was lost, take process lists, release what is safe.
 *
 * An earlier agent may have read further than it could release. What it has told of that stretch is in the spool: up to
 * there records are replayed, which makes them known and tells nothing twice.
 *
 * A list (snapshot) is announced only after every record that the kernel wrote before it: otherwise the server would
 * take a process whose end is still in the ring for one that ended unwatched.
 */
import { cpus } from 'node:os';
import { delayToBeat } from './beat.js';
import { decodeRecord, readRecordTime } from './kernel/record.js';
import { agentLimits } from './limits.js';
import type { Backlog, EbpfSensor } from './source/sensor.js';
import type { Ring } from './source/ring.js';
import type { CoreDumps } from './source/core-dumps.js';
import type { Counts } from './source/counts.js';
import type { Losses } from './source/losses.js';
import { Throttles } from './track/throttles.js';
import type { Tracker } from './track/tracker.js';
import type { Spool } from './spool/spool.js';
import type { Watch } from './watch.js';

interface Parts {
  readonly sensor: EbpfSensor;
  readonly tracker: Tracker;
  readonly spool: Spool;
  readonly coreDumps: CoreDumps;
  /** The sensor goes on without us: what it still counts is our successor's to tell. */
  readonly keepSensor: boolean;
}

interface Announcement {
  readonly since: bigint;
  readonly at: bigint;
  /** The ring must have been read up to here. */
  readonly position: number;
  readonly processes: number;
}

const pollIdleMs = Math.max(
  agentLimits.pollIdleMsMin,
  Math.min(agentLimits.pollIdleMsMax, agentLimits.pollIdleMsMaxOfOneProcessor / cpus().length),
);

export class EbpfWatch implements Watch {
  readonly #sensor: EbpfSensor;
  readonly #ring: Ring;
  readonly #tracker: Tracker;
  readonly #spool: Spool;
  #toldPosition = 0;
  #timer: NodeJS.Timeout | undefined;
  #immediate: NodeJS.Immediate | undefined;
  #announce: Announcement | undefined;
  #wanted: { readonly refresh: boolean } | undefined;
  #snapshotAtMs = -Infinity;
  readonly #throttles: Throttles;
  readonly #coreDumps: CoreDumps;
  readonly #keepSensor: boolean;
  #countsAtMs = -Infinity;
  #missesAtMs = performance.now();
  #missesAt: bigint;

  constructor({ sensor, tracker, spool, coreDumps, keepSensor }: Parts) {
    this.#sensor = sensor;
    this.#missesAt = sensor.bootNanoseconds();
    this.#coreDumps = coreDumps;
    this.#keepSensor = keepSensor;
    this.#throttles = new Throttles(
      (cgroup) => sensor.cgroups.pathOf(cgroup),
      (event) => spool.push(event),
    );
    this.#ring = sensor.ring;
    this.#tracker = tracker;
    this.#spool = spool;
  }

  start(): void {
    this.#toldPosition = this.#spool.toldPosition(this.#sensor.ringId);
    this.#takeSnapshot(false);
    for (const backlog of this.#sensor.backlogs) this.#readBacklog(backlog);
    this.#commit();
    void this.#spool.sync().then(() => this.#sensor.removeBacklogs());
    this.#next();
  }

  wantSnapshot(): void {
    this.#wanted ??= { refresh: false };
    this.#snapshotAtMs = -Infinity;
  }

  mark(): () => boolean {
    const position = this.#ring.producedPosition();
    return () => this.#ring.readPosition >= position;
  }

  stop(): void {
    clearTimeout(this.#timer);
    clearImmediate(this.#immediate);
    const end = this.#ring.producedPosition();
    // A record that is still being written ends a turn, and is whole in a moment.
    const deadline = performance.now() + agentLimits.lastRecordMs;
    while (this.#ring.readPosition < end && (this.#turn() > 0 || performance.now() < deadline));
    // No exec will follow that could say a held fork better.
    this.#tracker.beginTurn(this.#sensor.bootNanoseconds() + BigInt(agentLimits.forkHeldMs) * 1_000_000n);
    this.#countMisses();
    this.#readCounts();
    if (!this.#keepSensor) this.#tellCounts(this.#sensor.counts, undefined);
  }

  #next(): void {
    const count = this.#turn();
    const next = () => this.#next();
    if (count >= agentLimits.recordsPerTurnMax) this.#immediate = setImmediate(next);
    else this.#timer = setTimeout(next, this.#pauseAfter(count));
  }

  get #isIdle(): boolean {
    const ring = this.#ring;
    const isQuiet = ring.releasedPosition === ring.producedPosition() && !this.#tracker.holdsBack;
    return isQuiet && performance.now() - this.#countsAtMs <= agentLimits.countsIntervalMs;
  }

  /** A few records may be all there are: one look when no fork of theirs is held back any more, then those of an idle agent. */
  #pauseAfter(count: number): number {
    if (count >= agentLimits.recordsFewMax) return agentLimits.pollBusyMs;
    if (count > 0) return Math.min(agentLimits.forkHeldMs, pollIdleMs);
    return delayToBeat(pollIdleMs, pollIdleMs);
  }

  /** The number of records that were read. While nothing happens there is nothing to do but once in a while. */
  #turn(): number {
    if (this.#isIdle) return 0;
    this.#tracker.beginTurn(this.#sensor.bootNanoseconds());
    const count = this.#read();
    this.#countLosses();
    this.#announceSnapshot();
    const due = performance.now() - this.#snapshotAtMs > agentLimits.snapshotIntervalMs;
    if (this.#wanted && due) this.#takeSnapshot(this.#wanted.refresh);
    if (performance.now() - this.#countsAtMs > agentLimits.countsIntervalMs) this.#readCounts();
    else this.#commit();
    this.#release();
    return count;
  }

  #read(): number {
    return this.#ring.read((bytes, end) => {
      const record = decodeRecord(bytes);
      if (record === undefined || record.at < this.#sensor.from) return;
      if (end <= this.#toldPosition) this.#tracker.replay(record, end);
      else this.#tracker.handle(record, end);
    }, agentLimits.recordsPerTurnMax);
  }

  #commit(): void {
    this.#spool.commit(Math.max(this.#ring.readPosition, this.#toldPosition), this.#tracker.safePosition);
  }

  #countLosses(): void {
    const losses = this.#sensor.takeLosses();
    if (losses !== undefined) this.#tellLoss(losses);
  }

  #tellLoss({ since, until, count }: Losses): void {
    const range = { at: until.toString(), since: since.toString(), until: until.toString() };
    this.#spool.push({ kind: 'loss', cause: 'ring-overrun', ...range, count });
    this.#wanted = { refresh: true };
  }

  /** Once a second, what the probe counted instead of recording it. */
  #readCounts(): void {
    this.#countsAtMs = performance.now();
    if (this.#countsAtMs - this.#missesAtMs > agentLimits.missesIntervalMs) this.#countMisses();
    this.#coreDumps.look();
    this.#tellCounts(this.#sensor.counts, this.#sensor.bootNanoseconds());
  }

  #countMisses(): void {
    const count = this.#sensor.takeMisses();
    const since = this.#missesAt;
    this.#missesAt = this.#sensor.bootNanoseconds();
    this.#missesAtMs = performance.now();
    if (count > 0) this.#tellLoss({ count, since, until: this.#missesAt });
  }

  /** Forgotten only when they are in the spool. `until`: see Counts.read. */
  #tellCounts(counts: Counts | undefined, until: bigint | undefined): void {
    const read = counts?.read(until);
    for (const flood of read?.floods ?? []) this.#tracker.handle(flood, this.#ring.readPosition);
    if (read) this.#throttles.take(read.withheld, this.#sensor.bootNanoseconds());
    if (read && read.withheld.length > 0) this.#wanted = { refresh: true };
    this.#commit();
    read?.forget();
  }

  /** Another build's ring: its positions mean nothing for ours. */
  #readBacklog(backlog: Backlog): void {
    if (!backlog.readable) return this.#countUnreadable(backlog);
    const toldPosition = this.#spool.toldPosition(backlog.ringId);
    backlog.ring.read((bytes, end) => {
      const record = decodeRecord(bytes);
      if (record === undefined || record.at >= backlog.until) return;
      if (end <= toldPosition) this.#tracker.replay(record, 0);
      else this.#tracker.handle(record, 0);
    }, Infinity);
    const losses = backlog.takeLosses();
    if (losses !== undefined) this.#tellLoss(losses);
    this.#tellCounts(backlog.counts, undefined);
  }

  /** A newer agent's, before we took its place: told as a loss. `at` is where every layout has it. */
  #countUnreadable({ ring, until }: Backlog): void {
    const times: bigint[] = [];
    ring.read((bytes) => {
      const at = readRecordTime(bytes);
      if (at !== undefined && at < until) times.push(at);
    }, Infinity);
    const [since] = times;
    if (since !== undefined) this.#tellLoss({ count: times.length, since, until: times.at(-1) ?? since });
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
    this.#spool.push({ kind: 'snapshot', ...times, processes });
  }

  #release(): void {
    const ring = this.#ring;
    ring.release(this.#spool.releasable ?? this.#tracker.safePosition);
    // Better to rely on our memory than to look like a reader that lags: with a quarter of the ring free the probe throttles.
    if (ring.readPosition - ring.releasedPosition > ring.sizeBytes / 4) ring.release(ring.readPosition);
  }
}
