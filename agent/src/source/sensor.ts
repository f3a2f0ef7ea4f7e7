/** What the agent needs of a sensor, whichever rung of the ladder it stands on. */
import type { TaskRecord } from '../kernel/record.js';
import type { TraceEvent } from '../kernel/trace/event.js';
import type { TracedLives } from '../track/trace/lives.js';
import type { LiveDetails } from '../track/trace/translate.js';
import type { Cgroups } from './cgroups.js';
import type { Counts } from './counts.js';
import type { Ring } from './ring.js';
import type { Losses } from './losses.js';

/** Records that an earlier sensor (another build of the probe) left behind: only those before `until` count. */
export interface Backlog {
  readonly ring: Ring;
  readonly ringId: string | undefined;
  readonly until: bigint;
  /** False: another layout, of which this agent knows no more than that there are records, and of when. */
  readonly readable: boolean;
  readonly counts: Counts | undefined;
  takeLosses(): Losses | undefined;
}

export interface EbpfSensor {
  readonly rung: 'ebpf';
  readonly blindSpots: readonly string[];
  /** It went on recording since an earlier agent. */
  readonly resumed: boolean;
  readonly ring: Ring;
  /** Names the ring among all of this boot; its positions mean nothing in another one. */
  readonly ringId: string | undefined;
  /** Records before this are in the backlog already. */
  readonly from: bigint;
  readonly backlogs: readonly Backlog[];
  readonly cgroups: Cgroups;
  /** Undefined where an older build of the probe is still at work. */
  readonly counts: Counts | undefined;
  bootNanoseconds(): bigint;
  takeLosses(): Losses | undefined;
  /** Runs of the probe that the kernel left out since the last call, because one was at work on that processor. */
  takeMisses(): number;
  listTasks(): readonly TaskRecord[];
  /** Those that are stopped or uninterruptible. */
  listHalted(): readonly TaskRecord[];
  /** Drops the pins of the sensors whose backlog was read. */
  removeBacklogs(): void;
  /** Takes the sensor out of the kernel. */
  remove(): void;
}

export interface ProcfsSensor {
  readonly rung: 'procfs';
  readonly blindSpots: readonly string[];
  readonly resumed: false;
  readonly cgroups: Cgroups;
  bootNanoseconds(): bigint;
  listTasks(): readonly TaskRecord[];
}

export interface TracefsSensor {
  readonly rung: 'tracefs';
  readonly blindSpots: readonly string[];
  /** It went on recording since an earlier agent. */
  readonly resumed: boolean;
  readonly cgroups: Cgroups;
  readonly lives: TracedLives;
  readonly details: LiveDetails;
  bootNanoseconds(): bigint;
  /** At most `eventsMax` from before `until`, which is not later than now, in their order. */
  read(until: bigint, eventsMax: number): TraceReading;
  takeLosses(): readonly TraceLoss[];
  /** Everybody in /proc, as the trace names them. */
  listTasks(): readonly TaskRecord[];
  /** For the next agent: before a turn's events are spooled, and afterwards. */
  keep(): void;
  told(): void;
  /** Whatever waits in our memory is handed over, since no other agent could read it. */
  readRest(): TraceReading;
  /** Takes the instance out of the kernel. */
  remove(): Promise<void>;
}

export interface TraceReading {
  readonly events: readonly TraceEvent[];
  /** Read, those that mean nothing to us included. */
  readonly count: number;
}

/** What the kernel could not keep, or an agent before us read and did not tell. `count` is undefined where nobody knows how many. */
export interface TraceLoss {
  readonly since: bigint;
  readonly until: bigint;
  readonly count: number | undefined;
}

export type Sensor = EbpfSensor | TracefsSensor | ProcfsSensor;
