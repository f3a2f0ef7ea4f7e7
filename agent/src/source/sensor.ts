/** What the agent needs of a sensor, whichever rung of the ladder it stands on. */
import type { TaskRecord } from '../kernel/record.js';
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

export type Sensor = EbpfSensor | ProcfsSensor;
