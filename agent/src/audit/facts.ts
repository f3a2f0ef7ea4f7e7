/** What checks judge: read once for all of them, in slices (scan.ts). Nothing in it is redacted; nothing of it leaves as it is. */
import type { AuditFacts, Severity } from '../contract.js';
import type { CronEntry } from '../kernel/crontab.js';
import type { ProcessLimits } from '../kernel/proc-limits.js';
import type { StatusDetails } from '../kernel/status-details.js';

export interface ProcessFacts extends StatusDetails {
  readonly pid: number;
  readonly parentPid: number;
  readonly startTicks: bigint;
  readonly comm: string;
  /** Letter of proc_pid_stat(5). */
  readonly state: string;
  readonly kernelThread: boolean;
  readonly hasTerminal: boolean;
  readonly ageSeconds: number;
  /** Undefined for kernel threads and zombies. */
  readonly exe: string | undefined;
  readonly exeDeleted: boolean;
  readonly unit: string | undefined;
  readonly inContainer: boolean;
  readonly userName: string | undefined;
  readonly oomScore: number | undefined;
  readonly oomScoreAdj: number | undefined;
  readonly limits: ProcessLimits | undefined;
  readonly openFiles: number | undefined;
  readonly deletedLibraries: readonly string[];
  readonly waitChannel: string | undefined;
}

export interface UnitFacts {
  readonly name: string;
  readonly type: string;
  readonly mainPid: number;
  readonly restart: string;
  /** Undefined: it is waited for for ever. */
  readonly stopTimeoutMs: number | undefined;
  readonly oomPolicy: string;
  readonly memoryLimited: boolean;
  readonly memoryBytes: number | undefined;
}

export interface PidsCgroup {
  readonly path: string;
  readonly current: number;
  readonly max: number;
}

export interface HostFacts {
  readonly bootSeconds: number;
  /** `vm.overcommit_memory` and the like, as text; those that could be read. */
  readonly settings: ReadonlyMap<string, string>;
  /** Of /proc/meminfo, bytes. */
  readonly memory: ReadonlyMap<string, number>;
  /** Of coredump.conf and journald.conf with their drop-ins; undefined where there is none. */
  readonly coredumpConfig: ReadonlyMap<string, string> | undefined;
  readonly journaldConfig: ReadonlyMap<string, string> | undefined;
  /** Whether the program is there that core_pattern names. */
  readonly coreHandlerExists: boolean;
  readonly cron: readonly CronEntry[];
  readonly pidsCgroups: readonly PidsCgroup[];
}

export interface Facts {
  readonly host: HostFacts;
  readonly processes: readonly ProcessFacts[];
  /** Running services of systemd; undefined where it does not run. */
  readonly units: readonly UnitFacts[] | undefined;
  readonly longLivedSeconds: number;
  readonly agentPid: number;
}

/** What is read only when a check wants it. `states`: that are looked at twice. */
export type Need = 'processes' | 'states' | 'limits' | 'files' | 'libraries' | 'oom' | 'units' | 'cron' | 'cgroups';

export interface Draft {
  readonly severity: Severity;
  readonly subject:
    | { readonly kind: 'host' }
    | { readonly kind: 'unit'; readonly unit: string }
    | { readonly kind: 'process'; readonly process: ProcessFacts };
  readonly facts: AuditFacts;
}

/** One file each in checks/. Pure. */
export interface Check {
  readonly needs: readonly Need[];
  judge(facts: Facts): readonly Draft[];
}
