/** One life of a process, from its fork or our first sight of it to its end and a little beyond. */
import type { ProcessEvent, ProcessRef } from '../contract.js';
import { parseCgroupPath, type Placement } from '../kernel/cgroup-path.js';
import type { LimitRecord, Who } from '../kernel/record.js';

/** What it runs. A fork shares its parent's until one of them calls exec. */
export interface Image {
  readonly exe: string | undefined;
  /** Redacted already. */
  readonly args: readonly string[];
  readonly argsCut: boolean;
}

/** Where it runs, and what that says. */
export interface Cgroup {
  readonly path: string;
  readonly placement: Placement;
}

/** What can change without an exec. */
export interface Changeable extends Pick<Who, 'euid' | 'loginUid' | 'session' | 'comm'> {
  readonly sourceAddress: string | undefined;
  readonly cgroup: string | undefined;
}

export interface Life {
  /** As the latest record showed it. */
  who: Who;
  readonly key: string;
  readonly ref: ProcessRef;
  /** The parent at first sight: orphans keep the one that made them. */
  readonly parent: { readonly pid: number; readonly start: bigint } | undefined;
  origin: ProcessEvent['origin'];
  image: Image;
  execAt: bigint | undefined;
  cgroup: Cgroup | undefined;
  /** What the last description said that can change without an exec; undefined before the first one. */
  described: Changeable | undefined;
  /** The limit that it ran into last; the signal for that has the same `at`. */
  reached: LimitRecord | undefined;
  ended: boolean;
  /** Its exit event was sent. */
  exitSeen: boolean;
}

export const unknownImage: Image = { exe: undefined, args: [], argsCut: false };

/** Moves a life; the path is read only when it is another one. */
export function moveTo(life: Life, path: string | undefined): void {
  if (path !== undefined && path !== life.cgroup?.path) life.cgroup = { path, placement: parseCgroupPath(path) };
}

export function lifeKey(pid: number, start: bigint): string {
  return `${pid}:${start}`;
}

export function createLife(who: Who, origin: ProcessEvent['origin'], image: Image, cgroup: Cgroup | undefined): Life {
  return {
    who,
    key: lifeKey(who.pid, who.start),
    ref: { pid: who.pid, start: who.start.toString() },
    parent: who.parentPid === 0 ? undefined : { pid: who.parentPid, start: who.parentStart },
    origin,
    image,
    execAt: undefined,
    cgroup,
    described: undefined,
    reached: undefined,
    ended: false,
    exitSeen: false,
  };
}
