import type { MemoryState, ProcessRef } from '../contract.js';
import type { CgroupRef, CoreRecord } from '../kernel/record.js';
import type { NameOfUser } from './describe.js';
import type { Image } from './life.js';
import type { Redact } from './redact.js';
import type { ReadSshSource } from './ssh-sources.js';

/** The live host, as far as a record does not tell it. */
export interface Host {
  readonly nameOfUser: NameOfUser;
  /** What a pid runs now, if it is still that life. */
  readImage(
    pid: number,
    start: bigint,
  ): (Image & { readonly cgroup: string | undefined; readonly state?: string }) | undefined;
  readExe(pid: number): string | undefined;
  readCgroup(pid: number): string | undefined;
  pathOfCgroup(cgroup: CgroupRef): string | undefined;
  learnCgroup(cgroup: CgroupRef, path: string): void;
  readonly readSshSource: ReadSshSource;
  readonly pageBytes: number;
  /** How much memory there is now, soon after `at`; undefined where that is long ago, or was asked too often. */
  lookAtMemory(at: bigint, cgroup: string | undefined): MemoryState | undefined;
  /** A process died of a signal that asks for a core dump; its exit is told. */
  onCore(record: CoreRecord, victim: ProcessRef, exe: string | undefined): void;
  readonly redact: Redact;
}
