/**
 * What is known of one death: everything that `decide` may look at, and all that it may look at.
 *
 * Bounds: at most `factLimits.signalsMax` signals (the latest before the death, in order), ancestries of at most
 * `limits.ancestryDepthMax` processes, `factLimits.lossesMax` losses, the last `factLimits.kernelLogMax` lines, the last
 * `factLimits.requestsMax` requests, `factLimits.othersNamedMax` others of the same shot. Times are nanoseconds of the boot clock, so two
 * facts of one boot can be subtracted; wall-clock time is for people and is not here.
 */
import type {
  CoreDumpEvent,
  KernelLogEvent,
  OomReportEvent,
  ProcessRef,
  ReachedLimit,
  Rung,
  SignalEvent,
} from '../contract/index.js';

export const factLimits = {
  signalsMax: 32,
  lossesMax: 16,
  kernelLogMax: 4,
  requestsMax: 16,
  othersNamedMax: 5,
  othersCountedMax: 1_000,
  oomRivalsMax: 5,
  oomTasksMax: 1_000,
} as const;

/** How long before a death requests are looked for. A service may take minutes to stop, and a host to go down. */
export const requestWindowNs = 600_000_000_000n;

/** How long after it got a signal a process can have passed it on. */
export const passedOnWindowNs = 2_000_000_000n;

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
  /** Its terminal, whether a login stands behind it or not. */
  readonly tty: string | null;
  /** systemd's unit. */
  readonly unit: string | null;
  readonly container: ContainerFacts | null;
  readonly cgroup: string | null;
  readonly kernelThread: boolean;
  /** When it ended itself, later or earlier than the instant in question; null where that is not known. */
  readonly ended: bigint | 'not yet' | null;
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
  /** The thread that it was directed at, or `group`: any of them. Null where that is not known. */
  readonly thread: number | 'group' | null;
  readonly disposition: SignalEvent['disposition'];
  readonly result: SignalEvent['result'];
  /** Fault address, hexadecimal. */
  readonly address: string | null;
  /** How many alike: caught ones that come in floods are told once a second. */
  readonly count: number;
  /** The last of them; `at` is the first. */
  readonly until: bigint;
  /** Kernel-made: a limit that the victim may have run into. Null where it cannot be that, or where it is not known. */
  readonly reachedLimit: LimitFacts | null;
  /** Of what a daemon sent that frees memory. Null where nobody looked. */
  readonly memoryState: MemoryFacts | null;
  /** When the kernel had sent the same signal to the sender, at most `passedOnWindowNs` before. Null where that was not seen. */
  readonly passedOn: bigint | null;
}

/** Limits as they were at that instant, of setrlimit(2): seconds of `cpu`, bytes of `file-size`, microseconds of `real-time`. */
export interface LimitFacts {
  readonly resource: ReachedLimit['resource'];
  /** Null: unlimited. */
  readonly soft: number | null;
  readonly hard: number | null;
  /** What its threads had run by then, in nanoseconds; null where that is not known. */
  readonly cpuTime: bigint | null;
}

/** How much memory there was when the agent looked; bytes, null where it is not known. */
export interface MemoryFacts {
  readonly at: bigint;
  readonly total: number | null;
  readonly available: number | null;
  readonly swapTotal: number | null;
  readonly swapFree: number | null;
  /** Null on kernels without pressure stall information. */
  readonly stalled: StalledFacts | null;
  /** The victim's; null where it was gone, or is the whole host. */
  readonly cgroup: {
    readonly path: string;
    readonly usage: number;
    readonly limit: number | null;
    readonly stalled: StalledFacts | null;
  } | null;
}

/** Percent of the last ten seconds in which some, and all, waited for memory. */
export interface StalledFacts {
  readonly some: number;
  readonly full: number | null;
}

export interface LossFacts {
  readonly since: bigint;
  readonly until: bigint;
  readonly cause: string;
  readonly count: number | null;
  /** Where only one cgroup's history is missing. */
  readonly cgroup: string | null;
}

/** Something that asked a service manager to stop a unit or the machine. */
export interface RequestFacts {
  /** Who ran the command, or sent the signal. */
  readonly process: ProcessFacts;
  readonly at: bigint;
  /** The signal that it sent to the service manager; null for a command (systemctl, reboot). */
  readonly signal: number | null;
}

/** What a report of the kernel's OOM killer says that names this process as its victim. Memory in bytes. */
export interface OomReportFacts {
  readonly at: bigint;
  readonly constraint: NonNullable<OomReportEvent['constraint']> | null;
  /** Whose limit was hit, and what the limits were. */
  readonly cgroup: string | null;
  readonly memory: readonly OomLimitFacts[];
  readonly trigger: OomTriggerFacts | null;
  readonly victim: OomVictimFacts;
  /** Null where the report has no table of tasks, or where it was not looked at. */
  readonly table: OomTableFacts | null;
  readonly groupKill: boolean;
  readonly cut: boolean;
}

export interface OomLimitFacts {
  /** `memory`, `memory+swap`, `swap`, `kmem` */
  readonly kind: string;
  readonly usage: number;
  readonly limit: number;
  readonly failures: number | null;
}

/** The report's table of tasks, in short (`summarizeTasks`). */
export interface OomTableFacts {
  readonly candidates: number;
  /** Every row is there and says all that the kernel weighs. */
  readonly isWhole: boolean;
  /** The victim's own row. */
  readonly victim: OomCandidateFacts | null;
  /** The others that could be killed, the worst first; at most `factLimits.oomRivalsMax`. */
  readonly rivals: readonly OomCandidateFacts[];
  /** Others with a negative oom_score_adj, the largest first, at most as many; and how many there are. */
  readonly shielded: readonly OomCandidateFacts[];
  readonly shieldedTotal: number;
}

export interface OomCandidateFacts {
  readonly pid: number;
  readonly comm: string;
  /** Memory, swap and page tables. */
  readonly size: number;
  readonly oomScoreAdj: number;
}

/** The task that asked for memory. */
export interface OomTriggerFacts {
  readonly comm: string;
  readonly pid: number | null;
  readonly isVictim: boolean;
  readonly gfpMask: string | null;
  readonly order: number | null;
}

export interface OomVictimFacts {
  readonly anonRss: number | null;
  readonly fileRss: number | null;
  readonly shmemRss: number | null;
  readonly pageTables: number | null;
  readonly oomScoreAdj: number | null;
}

/** What became of its core dump; sizes in bytes. */
export interface CoreDumpFacts {
  readonly at: bigint;
  readonly pattern: string | null;
  readonly path: string | null;
  readonly size: number | null;
  readonly truncated: boolean;
  readonly obstacle: NonNullable<CoreDumpEvent['obstacle']> | null;
  readonly limit: number | null;
}

/** A line of the kernel log that speaks of this process. */
export interface KernelLogFacts {
  readonly at: bigint;
  readonly topic: KernelLogEvent['topic'];
  readonly text: string;
}

/** Whom else the sender of the signal that mattered (`shotOf`) hit with the same signal, within `sameShotNs` of it. */
export interface SameShotFacts {
  /** The first of them. */
  readonly others: readonly Pick<ProcessFacts, 'ref' | 'comm'>[];
  readonly total: number;
  /** There were more than are counted. */
  readonly atLeast: boolean;
}

/** A command of ours (src/contract/command.ts), by the report of which one of our processes had a hand in the death. */
export interface CommandFacts {
  readonly job: string;
  readonly requestedBy: string;
  readonly approvedBy: readonly string[];
  /** The one of the report's actors that sent the victim a signal, or that asked who did (systemctl, podman). */
  readonly by: ProcessRef;
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
  /** Null where it alone was hit. */
  readonly sameShot: SameShotFacts | null;
  /** The kernel chose it as an OOM victim at this time. */
  readonly oomKillAt: bigint | null;
  readonly oomReport: OomReportFacts | null;
  readonly coreDump: CoreDumpFacts | null;
  /** Oldest first. */
  readonly kernelLog: readonly KernelLogFacts[];
  /** Nobody watched: the kernel log was read later, and what it does not say is not known. */
  readonly reconstructed: boolean;
  /** Null where no job of ours had a hand in it. */
  readonly command: CommandFacts | null;
  /** Requests to stop something on this host, begun within `requestWindowNs` before the death; oldest first. */
  readonly requests: readonly RequestFacts[];
  /** Losses on this host that overlap the last `lossWindow` before the death. */
  readonly losses: readonly LossFacts[];
  /** The sensor that watched; null when not known. */
  readonly rung: Rung | null;
}
