/** What the doctor looks at, as it was found: no judgement yet. */
import type { Result } from '../result.js';
import type { Sensor } from '../source/sensor.js';

export interface Facts {
  readonly kernel: KernelFacts;
  readonly host: HostFacts;
  readonly stateDir: StateDirFacts;
  readonly api: ApiFacts;
  readonly sensor: SensorFacts;
}

export interface KernelFacts {
  readonly euid: number | undefined;
  /** CapEff of proc_pid_status(5). */
  readonly capabilities: bigint;
  readonly release: string;
  readonly hasBtf: boolean;
  readonly libc: Result<unknown>;
  readonly libbpf: Result<unknown>;
  readonly bpffs: FileSystem;
  readonly tracefs: FileSystem;
  /** /sys/kernel/security/lockdown; undefined where it is not shown. */
  readonly lockdown: string | undefined;
  readonly inInitialPidNamespace: boolean;
}

/** `known`: the kernel has it, and nobody has mounted it. */
export type FileSystem = 'mounted' | 'known' | 'unknown';

export interface HostFacts {
  /** Value of the mount option of /proc, proc(5). */
  readonly hidepid: string | undefined;
  readonly kernelLog: Result<unknown>;
  readonly loginUid: string | undefined;
  readonly cgroups: CgroupFacts;
  /** sd_booted(3). */
  readonly hasSystemd: boolean;
  readonly corePattern: string | undefined;
  readonly coreUsesPid: boolean;
}

export interface CgroupFacts {
  readonly versions: readonly (1 | 2)[];
  /** The version whose memory controller is mounted. */
  readonly memory: 1 | 2 | undefined;
}

export interface StateDirFacts {
  readonly path: string;
  readonly exists: boolean;
  /** Errno name of what stands in the way of writing, there or where it would be made. */
  readonly obstacle: string | undefined;
  readonly freeBytes: number | undefined;
  readonly spoolBytesMax: number;
  readonly lock: LockFacts;
}

/** `unreadable`: only the user of the agent may look. */
export type LockFacts = { readonly state: 'free' | 'unreadable' } | { readonly state: 'held'; readonly pid: number };

export interface ApiFacts {
  readonly url: string;
  /** Host of the proxy that was gone through. */
  readonly proxy: string | undefined;
  readonly health: HealthFacts;
  /** `unreadable`: there may be one. `unchecked`: the API did not say. */
  readonly credential: 'none' | 'unreadable' | 'unchecked' | 'accepted' | 'refused';
}

export type HealthFacts =
  | { readonly status: number; /** The API's clock less ours. */ readonly skewMs: number | undefined }
  | { readonly status: 'lost'; readonly reason: string };

export interface SensorFacts {
  /** Undefined when none could be opened, for the last of the reasons. */
  readonly rung: Sensor['rung'] | undefined;
  readonly asked: string;
  /** Why no better one. */
  readonly reasons: readonly string[];
  /** What stands in the way of taking the one out again that was tried. */
  readonly leftBehind: string | undefined;
}
