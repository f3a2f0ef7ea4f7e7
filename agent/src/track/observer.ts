/** What the tracker tells of lives, and what it lends to whoever follows them further. */
import type { KnownEvent } from '../contract.js';
import type { SignalRecord, TaskRecord } from '../kernel/record.js';
import type { Life } from './life.js';
import type { ProcessTable } from './table.js';

export interface LifeObserver {
  /** Its last thread ended. */
  died(life: Life, at: bigint): void;
  /** `sender` is undefined when the kernel made the signal. */
  signalled(target: Life, sender: Life | undefined, record: SignalRecord): void;
  /** First seen in a list, in this state (a letter of proc_pid_stat(5)). */
  foundAs(life: Life, state: string): void;
  /** All processes, dead ones included. `anew`: perhaps for a server that has lost what was told before. */
  listed(tasks: readonly TaskRecord[], anew: boolean, lives: Lives): void;
  /** Once per turn. */
  turn(now: bigint, lives: Lives): void;
}

export type LifeTable = Pick<ProcessTable, 'living' | 'find' | 'findLiving'>;

export interface Lives {
  readonly table: LifeTable;
  /** Tells an event, and before it describes everybody that it is about. */
  tell(event: KnownEvent, about: readonly Life[]): void;
}

export const nobody: LifeObserver = {
  died: () => undefined,
  signalled: () => undefined,
  foundAs: () => undefined,
  listed: () => undefined,
  turn: () => undefined,
};
