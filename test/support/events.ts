/**
 * Wire events for tests, typed by the contract. Times are milliseconds of the boot clock; `ns` makes them what the wire
 * carries. Every field can be overridden.
 */
import type {
  AgentStartEvent,
  Event,
  ExitEvent,
  LossEvent,
  OomKillEvent,
  ProcessEvent,
  ProcessRef,
  SignalEvent,
  SnapshotEvent,
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

/** One process that another one kills with SIGKILL, both described: enough for a verdict with an actor. */
export function killing(victim: ProcessRef, killer: ProcessRef, atMs: number): Event[] {
  return [
    described(victim, { comm: 'worker' }),
    described(killer, { comm: 'kill', args: ['/bin/kill', '-9', String(victim.pid)] }),
    signalled(victim, atMs, 9, { sender: killer }),
    ended(victim, atMs + 1, 9),
  ];
}
