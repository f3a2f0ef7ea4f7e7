/**
 * What is known when a job is planned: everything that `planJob` may look at, and all that it may look at. The store
 * supplies it; there is no clock here, so ages are in seconds as of the planning.
 *
 * "Lately" and "last hour" count jobs that were planned and not rejected, cancelled or expired before anything was sent,
 * whoever asked for them, and one for each host of a job. A job that is only a dry run counts nowhere.
 */
import type { ProcessRef, Rung } from '../contract/index.js';
import type { Cause, ProcessFacts } from '../verdict/index.js';

export interface JobFacts {
  readonly fleet: FleetFacts;
  /** One for each of the request's hosts, in its order. A host that is not known is absent. */
  readonly targets: readonly TargetFacts[];
  /** The policy that asks; null when a person does. */
  readonly policy: PolicyFacts | null;
}

export interface FleetFacts {
  /** The one switch that stops all execution. */
  readonly passive: boolean;
  /** Enrolled hosts. */
  readonly hosts: number;
  /** Those that are online and in no trouble. */
  readonly healthy: number;
  /** Hosts on which, in the last ten minutes, a service died that nobody had asked to stop. */
  readonly inTrouble: number;
  /** Healthy hosts on which a job is at work that restarts or reboots. */
  readonly disturbed: number;
  readonly jobsLastHour: number;
}

export interface PolicyFacts {
  readonly armed: boolean;
  readonly atMostPerHour: number;
  readonly jobsLastHour: number;
}

export interface TargetFacts {
  readonly host: HostFacts;
  /** The process that was asked for; for a service its main process. Null where there is none, or none is known. */
  readonly process: TargetProcessFacts | null;
  /** The open zombies of `process`, at most `limits.zombiesMax`. */
  readonly zombies: readonly ZombieFacts[];
  /** Cgroups in which a unit of the service's name has live processes: two are two services of one name. */
  readonly unitCgroups: readonly string[];
  readonly history: TargetHistory;
}

export interface HostFacts {
  /** Machine id. */
  readonly id: string;
  readonly name: string;
  /** The boot that its agent spoke of last; null when it never did. */
  readonly bootId: string | null;
  readonly online: boolean;
  /** Null when it was never seen. */
  readonly seenSecondsAgo: number | null;
  /** Online and in no trouble: counted in `FleetFacts.healthy`. */
  readonly healthy: boolean;
  readonly rung: Rung | null;
  /** Name of process 1; null when not known. */
  readonly init: string | null;
  /** The agent and its ancestors, the agent first (`agent_start.agent`); empty of an agent that does not say which it is. */
  readonly agent: readonly ProcessRef[];
  readonly jobsLastHour: number;
}

export interface TargetProcessFacts extends ProcessFacts {
  readonly bootId: string;
  /**
   * Null: not known. No event tells it of a live process, so the store always says null: it is the agent that reads it, at the
   * moment of the act, and refuses what is at -1000 (`command/protected`).
   */
  readonly oomScoreAdj: number | null;
  /** Its open episode. */
  readonly episode: {
    readonly state: 'zombie' | 'uninterruptible' | 'stopped';
    readonly waitChannel: string | null;
  } | null;
}

export interface ZombieFacts {
  readonly ref: ProcessRef;
  readonly comm: string;
  readonly cgroup: string | null;
  /** Who should wait for it. */
  readonly parent: ProcessRef | null;
}

/** Jobs and deaths of the same target: the same unit (or container, or program) or the same process of this host. */
export interface TargetHistory {
  /** A job that is not over yet. */
  readonly openJob: string | null;
  readonly jobsLastHour: number;
  /** Since the last job on it was sent or ended; null when there was none. */
  readonly lastJobSecondsAgo: number | null;
  /** What it died of most often in the last hour, and how often. Deaths that a job of ours caused are not counted. */
  readonly deathsLastHour: { readonly cause: Cause; readonly count: number } | null;
  /** `Death.restart.isLoop` of its latest death. */
  readonly isRestartLoop: boolean;
}
