/**
 * What a scenario of the gallery of deaths is: a way to lose a process, produced for real, and the answer that is right.
 * Each section has a file with its scenarios; list.ts names the files.
 */
import { existsSync, readFileSync } from 'node:fs';
import type { Cgroups } from '../support/cgroups.js';
import type { System } from '../support/system.js';

export interface Scenario {
  /** The row of the gallery. Several scenarios may share one. */
  readonly id: string;
  readonly title: string;
  readonly expected: Expected;
  /** Why it cannot be produced on this machine; null where it can. */
  readonly obstacle?: () => string | null;
  /** Makes it happen. When it returns, it has happened. What it leaves behind it gives to `scene.defer`. */
  readonly produce: (scene: Scene) => Promise<Produced>;
  /** How the product is asked; `whoKilled` unless something else is given. Null: no answer yet. */
  readonly ask?: (scene: Scene, produced: Produced) => Promise<Answer | null>;
}

/** A row that a test elsewhere shows, and why it is not produced here. */
export interface Elsewhere {
  readonly id: string;
  readonly title: string;
  /** `test/e2e/x.e2e.spec.ts: name_of_the_test`; a guard looks whether it is there. */
  readonly test: string;
  readonly reason: string;
}

export interface Expected {
  /** A cause; or the state of what is not dead: `ALIVE`, `ZOMBIE`, `STOPPED`, `UNINTERRUPTIBLE`; of a host `SILENT_HOST`. */
  readonly cause: string;
  /** Kind of actor. Null where there is none, as for who is alive. */
  readonly actor: string | null;
  /** Each has to be found in the summary, the evidence or the rest of the answer. */
  readonly shows?: readonly RegExp[];
}

export interface Produced {
  /** As the host's own pid namespace numbers it. */
  readonly pid: number;
  /** Who did it, where that is known. */
  readonly actorPid?: number;
  /** Another host than this one. */
  readonly host?: string;
  /** The question's `at`. */
  readonly at?: string;
  /** What else the answer has to show, now that pids are known. */
  readonly shows?: readonly RegExp[];
}

export interface Answer {
  readonly cause: string;
  readonly actor: string | null;
  readonly actorPid: number | null;
  readonly summary: string;
  /** All of the answer, for the patterns. */
  readonly text: string;
}

export interface Scene {
  readonly system: System;
  readonly cgroups: Cgroups;
  /** A directory of its own, where it runs and where its cores go. */
  readonly directory: string;
  /** A program of test/fixtures/programs, compiled. */
  program(name: string): Promise<string>;
  /** Done when the scenario is over, the last first. */
  defer(undo: () => unknown): void;
}

/** What a sender is that is not the parent: a person where this very process descends from a login. */
export const another = hasLogin() ? 'HUMAN' : 'PROCESS';
/** Who typed at a terminal. */
export const typist = hasLogin() ? 'HUMAN' : 'KERNEL';

function hasLogin(): boolean {
  const [file, none] = ['/proc/self/loginuid', '4294967295'];
  return existsSync(file) && readFileSync(file, 'utf8').trim() !== none;
}
