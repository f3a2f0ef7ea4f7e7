/**
 * Wire events for tests, typed by the contract. Times are milliseconds of the boot clock; `ns` makes them what the wire
 * carries. Every field can be overridden.
 */
import type {
  AgentStartEvent,
  CoreDumpEvent,
  EpisodeEvent,
  Event,
  ExitEvent,
  KernelLogEvent,
  LossEvent,
  OomKillEvent,
  OomReportEvent,
  ProcessEvent,
  ProcessRef,
  SignalEvent,
  SnapshotEvent,
  ThrottleEvent,
} from '../../src/contract/index.js';

/** Boot-clock zero of all test hosts. */
export const bootedAt = '2026-11-20T08:00:00.000Z';

export const ns = (ms: number): string => String(BigInt(Math.round(ms * 1_000)) * 1_000n);

/** Wall-clock time of a boot-clock time, as the API shows it. */
export const wall = (ms: number): string => new Date(Date.parse(bootedAt) + ms).toISOString();

/** A life: it starts at its pid, in ms, unless said otherwise. */
export const life = (pid: number, startMs = pid): ProcessRef => ({ pid, start: ns(startMs) });

export const init = life(1, 0);

type Overrides<E> = Partial<Omit<E, 'kind'>>;

export function described(ref: ProcessRef, overrides: Overrides<ProcessEvent> = {}): ProcessEvent {
  const comm = overrides.comm ?? `p${ref.pid}`;
  return {
    kind: 'process',
    at: overrides.execAt ?? ref.start,
    ...ref,
    origin: 'exec',
    comm,
    args: [`/usr/bin/${comm}`],
    exe: `/usr/bin/${comm}`,
    user: { uid: 1000, name: 'alice' },
    ...overrides,
  };
}

export function exited(ref: ProcessRef, atMs: number, code = 0): ExitEvent {
  return { kind: 'exit', at: ns(atMs), ...ref, code, coreDumped: false };
}

export function ended(ref: ProcessRef, atMs: number, signal: number): ExitEvent {
  return { kind: 'exit', at: ns(atMs), ...ref, signal, coreDumped: false };
}

export function signalled(
  target: ProcessRef,
  atMs: number,
  signal: number,
  overrides: Overrides<SignalEvent> = {},
): SignalEvent {
  return {
    kind: 'signal',
    at: ns(atMs),
    signal,
    code: 0,
    target,
    disposition: 'default',
    result: 'delivered',
    ...overrides,
  };
}

export function agentStart(atMs: number, overrides: Overrides<AgentStartEvent> = {}): AgentStartEvent {
  return {
    kind: 'agent_start',
    at: ns(atMs),
    version: '0.1.0',
    rung: 'ebpf',
    blindSpots: [],
    kernel: '6.18.0',
    arch: 'x64',
    resumed: false,
    ...overrides,
  };
}

export function snapshot(sinceMs: number, atMs: number, processes = 0): SnapshotEvent {
  return { kind: 'snapshot', at: ns(atMs), since: ns(sinceMs), processes };
}

export function loss(sinceMs: number, untilMs: number, overrides: Overrides<LossEvent> = {}): LossEvent {
  const [since, until] = [ns(sinceMs), ns(untilMs)];
  return { kind: 'loss', at: until, cause: 'ring-overrun', since, until, count: 7, ...overrides };
}

export function oomKill(victim: ProcessRef, atMs: number): OomKillEvent {
  return { kind: 'oom_kill', at: ns(atMs), victim };
}

/** A cgroup reached its limit of 512 MiB: the kernel chose this victim. */
export function oomReport(victim: ProcessRef, atMs: number, overrides: Overrides<OomReportEvent> = {}): OomReportEvent {
  const mebibyte = 1024 * 1024;
  return {
    kind: 'oom_report',
    at: ns(atMs),
    constraint: 'memcg',
    trigger: { pid: victim.pid, comm: 'worker', process: victim, gfpMask: 'GFP_KERNEL', order: 0, oomScoreAdj: 0 },
    cgroup: '/box',
    victimCgroup: '/box',
    memory: [{ name: 'memory', usage: 512 * mebibyte, limit: 512 * mebibyte, failures: 42 }],
    victims: [
      {
        pid: victim.pid,
        comm: 'worker',
        process: victim,
        oomScoreAdj: 0,
        totalVm: 900 * mebibyte,
        anonRss: 470 * mebibyte,
        fileRss: 10 * mebibyte,
        shmemRss: 0,
        pageTables: mebibyte,
      },
    ],
    tasks: [{ pid: victim.pid, uid: 1000, comm: 'worker', rss: 480 * mebibyte, swap: 0, oomScoreAdj: 0 }],
    ...overrides,
  };
}

export function kernelLog(
  process: ProcessRef,
  atMs: number,
  overrides: Overrides<KernelLogEvent> = {},
): KernelLogEvent {
  const text = `worker[${process.pid}]: segfault at 0 ip 0000000000401136 sp 00007ffc error 6 in worker`;
  return { kind: 'kernel_log', at: ns(atMs), topic: 'segfault', process, pid: process.pid, text, ...overrides };
}

export function coreDump(victim: ProcessRef, atMs: number, overrides: Overrides<CoreDumpEvent> = {}): CoreDumpEvent {
  return { kind: 'core_dump', at: ns(atMs), victim, pattern: 'core', ...overrides };
}

/** Told two seconds after it began. */
export function episode(
  process: ProcessRef,
  state: EpisodeEvent['state'],
  sinceMs: number,
  overrides: Overrides<EpisodeEvent> = {},
): EpisodeEvent {
  return { kind: 'episode', at: ns(sinceMs + 2_000), ...process, state, since: ns(sinceMs), ...overrides };
}

export function throttle(cgroup: string, sinceMs: number, stopped?: { atMs: number; count: number }): ThrottleEvent {
  const since = ns(sinceMs);
  if (!stopped) return { kind: 'throttle', at: since, cgroup, state: 'start', since };
  return { kind: 'throttle', at: ns(stopped.atMs), cgroup, state: 'stop', since, count: stopped.count };
}

/** One process that another one kills with SIGKILL, both described: enough for a verdict with an actor. */
export function killing(victim: ProcessRef, killer: ProcessRef, atMs: number): Event[] {
  return [
    described(victim, { comm: 'worker' }),
    described(killer, { comm: 'kill', args: ['/bin/kill', '-9', String(victim.pid)] }),
    signalled(victim, atMs, 9, { sender: killer }),
    ended(victim, atMs + 1, 9),
  ];
}
