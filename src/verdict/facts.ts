/**
 * What is known of one death: everything that `decide` may look at, and all that it may look at.
 *
 * Bounds: at most `factLimits.signalsMax` signals (the latest before the death, in order), ancestries of at most
 * `limits.ancestryDepthMax` processes, `factLimits.lossesMax` losses. Times are nanoseconds of the boot clock, so two
 * facts of one boot can be subtracted; wall-clock time is for people and is not here.
 */
import type { ProcessRef, Rung, SignalEvent } from '../contract/index.js';

export const factLimits = { signalsMax: 32, lossesMax: 16 } as const;

/** A process as it was at the instant in question (its image at that time, not a later one). */
export interface ProcessFacts {
  readonly ref: ProcessRef;
  readonly comm: string;
  readonly exe: string | null;
  readonly args: readonly string[];
  readonly argsCut: boolean;
  readonly uid: number | null;
  readonly userName: string | null;
  readonly login: LoginFacts | null;
  /** systemd's unit. */
  readonly unit: string | null;
  readonly container: ContainerFacts | null;
  readonly kernelThread: boolean;
  /** Parent first, init last; shorter where lineage is not known. */
  readonly ancestry: readonly AncestorFacts[];
}

export interface LoginFacts {
  readonly uid: number;
  readonly name: string | null;
  readonly session: number | null;
  readonly tty: string | null;
  /** Client address of an ssh login. */
  readonly source: string | null;
}

export interface ContainerFacts {
  readonly id: string;
  readonly runtime: string;
  readonly pod: string | null;
}

export interface AncestorFacts {
  readonly ref: ProcessRef;
  readonly comm: string;
  readonly args: readonly string[];
}

/** A signal that was generated for the victim. */
export interface SignalFacts {
  readonly at: bigint;
  readonly signal: number;
  /** siginfo si_code. */
  readonly code: number;
  /** From user space: who. Null when the kernel made it. */
  readonly sender: ProcessFacts | null;
  /** Kernel-made: the task that was running then; a circumstance, not a sender. */
  readonly running: ProcessFacts | null;
  readonly thread: number | null;
  readonly disposition: SignalEvent['disposition'];
  readonly result: SignalEvent['result'];
  /** Fault address, hexadecimal. */
  readonly address: string | null;
}

export interface LossFacts {
  readonly since: bigint;
  readonly until: bigint;
  readonly cause: string;
  readonly count: number | null;
}

export interface DeathFacts {
  readonly victim: ProcessFacts;
  readonly at: bigint;
  /** Exit status; null when a signal ended it, or when the manner was not seen. */
  readonly code: number | null;
  readonly signal: number | null;
  readonly coreDumped: boolean;
  /** Oldest first; all generated at or before `at`. */
  readonly signals: readonly SignalFacts[];
  /** The kernel chose it as an OOM victim at this time. */
  readonly oomKillAt: bigint | null;
  /** Losses on this host that overlap the last `lossWindow` before the death. */
  readonly losses: readonly LossFacts[];
  /** The sensor that watched; null when not known. */
  readonly rung: Rung | null;
}
