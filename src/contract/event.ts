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
import { limits } from './limits.js';

const text = (charactersMax: number) => z.string().max(charactersMax);

/** Nanoseconds since boot. */
export const BootNanoseconds = z.string().regex(/^(0|[1-9][0-9]{0,17})$/);

const pid = z.int().min(0).max(limits.pidMax);
const id32 = z.int().min(0).max(0xffff_ffff);
const count = z.int().min(0).max(Number.MAX_SAFE_INTEGER);

/** One process life on one boot: thread group id and start time. */
export const ProcessRef = z.object({ pid, start: BootNanoseconds });

export const User = z.object({ uid: id32, name: text(limits.nameCharactersMax).optional() });

/** The login that a process descends from; survives sudo and su (loginuid, sessionid of the audit subsystem). */
export const Login = z.object({
  user: User,
  session: id32.optional(),
  /** Where an ssh login came from: the client's address of SSH_CONNECTION. */
  sourceAddress: text(limits.addressCharactersMax).min(1).optional(),
});

export const Container = z.object({
  id: text(limits.containerIdCharactersMax).min(1),
  /** `docker`, `containerd`, `cri-o`, `podman` */
  runtime: text(32).min(1),
  /** Kubernetes' uid of the pod. */
  pod: text(limits.containerIdCharactersMax).min(1).optional(),
});

/** How this description came to be known; `exit` and `signal` mean that it was first seen there. */
export const processOrigins = ['snapshot', 'fork', 'exec', 'exit', 'signal'] as const;

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
 * `ring-overrun`: the kernel had no room for its records. `buffer-full`, `spool-full`: the agent had none for events, in
 * memory or on disk. `spool-damaged`: on disk, but not readable any longer. `rejected`: refused by the API for good.
 */
export const lossCauses = ['ring-overrun', 'buffer-full', 'rejected', 'spool-full', 'spool-damaged'] as const;

/** A stretch of history that is known to be missing. */
export const LossEvent = z.object({
  kind: z.literal('loss'),
  at: BootNanoseconds,
  cause: z.enum(lossCauses),
  since: BootNanoseconds,
  until: BootNanoseconds,
  /** Events missing; absent when not even the number is known. */
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
  LossEvent,
  AgentStartEvent,
  SnapshotEvent,
  AgentStopEvent,
]);

export const eventKinds = KnownEvent.options.map((option) => option.shape.kind.value);

/** Whatever a newer agent may say. A known kind with wrong fields is not an unknown kind: it is an error. */
export const UnknownEvent = z.looseObject({
  kind: z.string().regex(new RegExp(`^(?!(${eventKinds.join('|')})$)[a-z][a-z0-9_]{0,63}$`)),
  at: BootNanoseconds,
});

export type ProcessRef = z.infer<typeof ProcessRef>;
export type User = z.infer<typeof User>;
export type Login = z.infer<typeof Login>;
export type Container = z.infer<typeof Container>;
export type ProcessEvent = z.infer<typeof ProcessEvent>;
export type ExitEvent = z.infer<typeof ExitEvent>;
export type SignalEvent = z.infer<typeof SignalEvent>;
export type OomKillEvent = z.infer<typeof OomKillEvent>;
export type LossEvent = z.infer<typeof LossEvent>;
export type AgentStartEvent = z.infer<typeof AgentStartEvent>;
export type SnapshotEvent = z.infer<typeof SnapshotEvent>;
export type AgentStopEvent = z.infer<typeof AgentStopEvent>;
export type KnownEvent = z.infer<typeof KnownEvent>;
export type UnknownEvent = z.infer<typeof UnknownEvent>;
export type Event = KnownEvent | UnknownEvent;
export type EventKind = KnownEvent['kind'];
export type Rung = (typeof rungs)[number];
