/**
 * Wire events: what an agent says happened on its host.
 *
 * Constraints
 * - Fields are only ever added, and added as optional; a kind never changes its meaning.
 * - A kind that this server does not know is kept as it came (`UnknownEvent`): an old server must not lose a new
 *   agent's evidence.
 * - Times are nanoseconds of the kernel's boot clock (CLOCK_BOOTTIME), as decimal strings: they pass 2^53 after
 *   104 days of uptime.
 * - A process is named by `(pid, start)` within the batch's boot, never by a bare pid. Pids are those of the
 *   initial pid namespace.
 * - Every process that an event refers to was described by a `process` event before it, in this epoch or an
 *   earlier one of the same boot.
 */
import { z } from 'zod';
import { MemoryState, ReachedLimit } from './circumstances.js';
import { BootNanoseconds, Container, count, Label, Login, pid, ProcessRef, text, User } from './fields.js';
import { KernelLogEvent, OomReportEvent } from './kernel-log.js';
import { LedgerEvent, StreamCounts } from './ledger.js';
import { limits } from './limits.js';

/**
 * How this description came to be known; `exit` and `signal` mean that it was first seen there. `kernel-log`: only a line
 * of the kernel log speaks of it, from before anybody watched; its `start` is the time of that line, not of its start.
 */
export const processOrigins = ['snapshot', 'fork', 'exec', 'exit', 'signal', 'kernel-log'] as const;

/**
 * A process, described anew whenever its image changes (exec). Later descriptions of the same life replace
 * earlier ones; `execAt` orders them.
 */
export const ProcessEvent = z.object({
  kind: z.literal('process'),
  at: BootNanoseconds,
  ...ProcessRef.shape,
  origin: z.enum(processOrigins),
  parent: ProcessRef.optional(),
  /** When the present image was put in place by exec; absent where that is not known. */
  execAt: BootNanoseconds.optional(),
  comm: text(limits.commCharactersMax),
  exe: text(limits.pathCharactersMax).optional(),
  /** Redacted on the host. Empty for kernel threads and where it could not be read. */
  args: z.array(text(limits.argsBytesMax)).max(limits.argsCountMax),
  argsCut: z.boolean().optional(),
  user: User.optional(),
  login: Login.optional(),
  tty: text(limits.nameCharactersMax).optional(),
  cgroup: text(limits.pathCharactersMax).optional(),
  /** What `cgroup` means: systemd's unit (the nearest, of the system's or a user's manager) and the container. */
  unit: text(limits.nameCharactersMax).min(1).optional(),
  container: Container.optional(),
  kernelThread: z.boolean().optional(),
});

/** The last thread of a process ended. With neither code nor signal, the end was seen but not its manner. */
export const ExitEvent = z.object({
  kind: z.literal('exit'),
  at: BootNanoseconds,
  ...ProcessRef.shape,
  /** Exit status 0..255; absent when a signal ended it. */
  code: z.int().min(0).max(255).optional(),
  /** Terminating signal; absent when it exited. */
  signal: z.int().min(1).max(64).optional(),
  coreDumped: z.boolean(),
  /** User and system time of all its threads, in nanoseconds. */
  cpuTime: BootNanoseconds.optional(),
  /** Its largest resident set, in bytes. */
  peakRss: count.optional(),
  /** Nobody watched: the kernel log was read later. */
  reconstructed: z.boolean().optional(),
});

/** Why there is no usable core dump, though the signal asks for one (core(5)). */
export const coreDumpObstacles = ['resource-limit', 'pattern', 'not-dumpable', 'handler', 'size-limit'] as const;

/** What became of a core dump (core(5), systemd-coredump(8)); comes after the exit. */
export const CoreDumpEvent = z.object({
  kind: z.literal('core_dump'),
  at: BootNanoseconds,
  victim: ProcessRef,
  /** /proc/sys/kernel/core_pattern as it was. */
  pattern: text(limits.nameCharactersMax).optional(),
  /** The file, where one is known to be there. */
  path: text(limits.pathCharactersMax).min(1).optional(),
  sizeBytes: count.optional(),
  truncated: z.boolean().optional(),
  obstacle: z.enum(coreDumpObstacles).optional(),
  /** The value of the limit that stood in the way. */
  limitBytes: count.optional(),
});

export const dispositions = ['default', 'ignored', 'caught'] as const;
/** TRACE_SIGNAL_* of include/trace/events/signal.h. */
export const signalResults = ['delivered', 'ignored', 'pending', 'overflow', 'lost_info'] as const;

/** A signal was generated for a process (tracepoint signal:signal_generate). */
export const SignalEvent = z.object({
  kind: z.literal('signal'),
  at: BootNanoseconds,
  signal: z.int().min(1).max(64),
  /** siginfo si_code: 0 SI_USER, -1 SI_QUEUE, -6 SI_TKILL, 128 SI_KERNEL, or a fault code. */
  code: z.int().min(-2147483648).max(2147483647),
  target: ProcessRef,
  /** Who sent it from user space. Absent when the kernel made the signal. */
  sender: ProcessRef.optional(),
  /** The task that was running when the kernel made the signal: a circumstance, not a sender. */
  running: ProcessRef.optional(),
  /** Set when one thread was meant, not the whole group. */
  thread: pid.optional(),
  disposition: z.enum(dispositions),
  result: z.enum(signalResults),
  /** Fault address, hexadecimal, for SIGSEGV, SIGBUS, SIGILL, SIGFPE and SIGTRAP made by the kernel. */
  address: z
    .string()
    .regex(/^0x[0-9a-f]{1,16}$/)
    .optional(),
  /** Caught signals that come in floods are told once a second: how many alike (this target, sender, signal, code). */
  count: z.int().min(2).max(Number.MAX_SAFE_INTEGER).optional(),
  /** The last of them; `at` is the first. */
  until: BootNanoseconds.optional(),
  /** Of SIGXCPU, SIGXFSZ and SIGKILL that the kernel made for its target: a limit that the target may have run into. */
  limit: ReachedLimit.optional(),
  /** Of what a daemon sent that frees memory (`oomDaemons`). */
  memory: MemoryState.optional(),
});

export const episodeStates = ['zombie', 'uninterruptible', 'stopped'] as const;

/**
 * A process is not dead and a problem; proc_pid_stat(5) has the states. Told when it has lasted a while and, with `until`,
 * when it is over. One episode is (process, state, since).
 */
export const EpisodeEvent = z.object({
  kind: z.literal('episode'),
  at: BootNanoseconds,
  ...ProcessRef.shape,
  state: z.enum(episodeStates),
  since: BootNanoseconds,
  until: BootNanoseconds.optional(),
  /** Who should wait for a zombie. */
  parent: ProcessRef.optional(),
  /** Kernel function that an uninterruptible process waits in (/proc/PID/wchan). */
  waitChannel: text(limits.nameCharactersMax).optional(),
  /** What stopped it, and who. */
  signal: z.int().min(1).max(64).optional(),
  sender: ProcessRef.optional(),
});

/** The kernel's OOM killer chose a victim (tracepoint oom:mark_victim). */
export const OomKillEvent = z.object({
  kind: z.literal('oom_kill'),
  at: BootNanoseconds,
  victim: ProcessRef,
  /** The task whose allocation ran out of memory. */
  trigger: ProcessRef.optional(),
});

/**
 * `ring-overrun`: the kernel had no room for its records (or skipped a probe that was at work, or left them in a layout that
 * this agent does not know); `trace-overrun`: the same of a tracing instance;
 * `kernel-log-overrun`: lines of the kernel log were overwritten before they were read. `throttled`: records of one cgroup
 * were withheld for the sake of the others. `buffer-full`, `spool-full`: the agent had none for events, in
 * memory or on disk. `spool-damaged`: on disk, but not readable any longer. `rejected`: refused by the API for good.
 */
export const lossCauses = [
  'ring-overrun',
  'kernel-log-overrun',
  'trace-overrun',
  'throttled',
  'buffer-full',
  'rejected',
  'spool-full',
  'spool-damaged',
] as const;

/** A stretch of history that is known to be missing. */
export const LossEvent = z.object({
  kind: z.literal('loss'),
  at: BootNanoseconds,
  cause: z.enum(lossCauses),
  since: BootNanoseconds,
  until: BootNanoseconds,
  /** Events missing; absent when not even the number is known. */
  count: count.optional(),
  /** Where only one cgroup's history is missing. */
  cgroup: text(limits.pathCharactersMax).optional(),
  /** `count` by stream, where events had numbers already. Those about the agent itself are of no stream. */
  streams: StreamCounts.optional(),
  /**
   * Instead of `streams`, where the agent does not know what the server had before the gap: what the run had numbered up
   * to the end of it. What of that is neither stored nor counted yet is what was lost.
   */
  read: StreamCounts.optional(),
});

/**
 * A cgroup made so many records that the sensor withheld some for the sake of the others. `start` comes at once; `stop`
 * with the number withheld. Losses of cause `throttled` give the same, second by second.
 */
export const ThrottleEvent = z.object({
  kind: z.literal('throttle'),
  at: BootNanoseconds,
  cgroup: text(limits.pathCharactersMax),
  state: z.enum(['start', 'stop']),
  since: BootNanoseconds,
  count: count.optional(),
});

export const rungs = ['ebpf', 'tracefs', 'procfs'] as const;

/** First event of every epoch: who watches, and what it cannot see. */
export const AgentStartEvent = z.object({
  kind: z.literal('agent_start'),
  at: BootNanoseconds,
  agent: ProcessRef.optional(),
  version: text(64),
  rung: z.enum(rungs),
  /** Sentences for people: what this rung does not see on this host. Empty when nothing is missing. */
  blindSpots: z.array(text(500)).max(32),
  kernel: text(limits.nameCharactersMax),
  arch: text(32),
  /** True when a pinned sensor went on recording since the last agent: no gap. */
  resumed: z.boolean(),
  /** What the host's owner calls it by: role=db. Absent: an agent that knows none. */
  labels: z.array(Label).max(limits.labelsMax).optional(),
});

/**
 * Every process alive between `since` and `at` has been described with an `at` in that stretch: lives that were not
 * ended while nobody watched.
 */
export const SnapshotEvent = z.object({
  kind: z.literal('snapshot'),
  at: BootNanoseconds,
  since: BootNanoseconds,
  processes: count,
});

export const AgentStopEvent = z.object({ kind: z.literal('agent_stop'), at: BootNanoseconds });

export const KnownEvent = z.discriminatedUnion('kind', [
  ProcessEvent,
  ExitEvent,
  SignalEvent,
  OomKillEvent,
  OomReportEvent,
  KernelLogEvent,
  CoreDumpEvent,
  EpisodeEvent,
  ThrottleEvent,
  LossEvent,
  AgentStartEvent,
  SnapshotEvent,
  AgentStopEvent,
  LedgerEvent,
]);

export const eventKinds = KnownEvent.options.map((option) => option.shape.kind.value);

/** Whatever a newer agent may say. A known kind with wrong fields is not an unknown kind: it is an error. */
export const UnknownEvent = z.looseObject({
  kind: z.string().regex(new RegExp(`^(?!(${eventKinds.join('|')})$)[a-z][a-z0-9_]{0,63}$`)),
  at: BootNanoseconds,
});

export type ProcessEvent = z.infer<typeof ProcessEvent>;
export type CoreDumpEvent = z.infer<typeof CoreDumpEvent>;
export type EpisodeEvent = z.infer<typeof EpisodeEvent>;
export type ThrottleEvent = z.infer<typeof ThrottleEvent>;
export type ExitEvent = z.infer<typeof ExitEvent>;
export type SignalEvent = z.infer<typeof SignalEvent>;
export type OomKillEvent = z.infer<typeof OomKillEvent>;
export type LossEvent = z.infer<typeof LossEvent>;
export type LossCause = LossEvent['cause'];
export type AgentStartEvent = z.infer<typeof AgentStartEvent>;
export type SnapshotEvent = z.infer<typeof SnapshotEvent>;
export type AgentStopEvent = z.infer<typeof AgentStopEvent>;
export type KnownEvent = z.infer<typeof KnownEvent>;
export type UnknownEvent = z.infer<typeof UnknownEvent>;
export type Event = KnownEvent | UnknownEvent;
export type EventKind = KnownEvent['kind'];
export type Rung = (typeof rungs)[number];
