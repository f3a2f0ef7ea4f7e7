/** Why a process died: the answer that `decide` gives. The lists are those of the GraphQL schema (pinned by a test). */
import type { ProcessRef } from '../contract/index.js';
import type { Text } from './text.js';

export const causes = [
  'EXITED',
  'FAILED',
  'SIGNALED',
  'CRASHED',
  'ABORTED',
  'OOM_GLOBAL',
  'OOM_CGROUP',
  'OOM_USERSPACE',
  'HANGUP',
  'KEYBOARD',
  'BROKEN_PIPE',
  'RESOURCE_LIMIT',
  'TIMER',
  'SECCOMP',
  'PARENT_DEATH',
  'NAMESPACE_TEARDOWN',
  'CGROUP_KILL',
  'SERVICE_STOP',
  'SERVICE_STOP_TIMEOUT',
  'WATCHDOG',
  'CONTAINER_STOP',
  'SHUTDOWN',
  'REMEDIATION',
  'UNKNOWN',
] as const;

export const actorKinds = [
  'KERNEL',
  'SELF',
  'PARENT',
  'PROCESS',
  'HUMAN',
  'SCHEDULER',
  'SERVICE_MANAGER',
  'CONTAINER_RUNTIME',
  'WHODUNIT',
  'UNKNOWN',
] as const;

export type Cause = (typeof causes)[number];
export type ActorKind = (typeof actorKinds)[number];

export interface Actor {
  readonly kind: ActorKind;
  /** Who did it, where a process did. */
  readonly process: ProcessRef | null;
}

/** One thing that was seen and that the verdict rests on. */
export interface Evidence {
  /** `exit`, `signal`, `sender`, `also`, `request`, `command`, `fault`, `core`, `oom`, `limit`, `memory`, `kernel-log`, `loss`, `sensor`: what sort of observation. */
  readonly kind: string;
  /** Boot-clock nanoseconds; null for what has no instant of its own. */
  readonly at: bigint | null;
  /** In English. */
  readonly text: string;
}

export interface Verdict {
  readonly cause: Cause;
  readonly actor: Actor;
  /** 0..1; never surer than the evidence. */
  readonly confidence: number;
  /** One sentence that an engineer can act on. */
  readonly summary: Text;
  readonly evidence: readonly Evidence[];
  /** Which rule decided, and which engine: a newer engine may decide again. */
  readonly rule: string;
  readonly engine: number;
}
