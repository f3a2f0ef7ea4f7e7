/** What commands ask of the kernel, and do through it. linux.ts is the real one; tests put one that crashes in its place. */
import type { ProcessRef } from '../contract.js';
import type { ProcessFacts } from './protection.js';

export interface System {
  readonly bootId: string;
  bootNanoseconds(): bigint;
  wallMs(): number;
  sleep(milliseconds: number): Promise<void>;
  /** Holds on to whoever has the pid now; undefined when nobody has. */
  open(pid: number): OpenProcess | undefined;
  /** The start of each living or dead process, as events name it. */
  starts(): ReadonlyMap<number, bigint>;
  /** State and start in ticks, without holding on. */
  glance(pid: number): { readonly state: string; readonly startTicks: bigint; readonly parentPid: number } | undefined;
  /** The agent and its ancestors. */
  agentLine(): ReadonlySet<number>;
  agent(): ProcessRef | undefined;
  nameOfUser(uid: number): string | undefined;
}

/** One process, held by a pidfd and by its directory in /proc: neither ever means another one, whatever becomes of the pid. */
export interface OpenProcess {
  readonly pid: number;
  /** Undefined once it is gone. */
  facts(): ProcessFacts | undefined;
  /** 0 or an errno. */
  signal(signal: number): number;
  /** A zombie has ended. */
  hasEnded(): boolean;
  /** Where it waits in the kernel. */
  waitChannel(): string | undefined;
  /** 0 or an errno. */
  setOomScoreAdj(value: number): number;
  close(): void;
}
