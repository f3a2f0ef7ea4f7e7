/** What the numbers of a signal record mean. */
import type { SignalEvent } from '../contract.js';

/** siginfo codes of signals that a process asked for: kill(2), sigqueue(3), tgkill(2). */
const sentCodes: ReadonlySet<number> = new Set([0, -1, -6]);

/** TRACE_SIGNAL_* of include/trace/events/signal.h, in their order. */
const results = ['delivered', 'ignored', 'pending', 'overflow', 'lost_info'] as const;

/** DISPOSITION_* of agent/probe/record.h. */
const dispositions = ['default', 'ignored', 'caught'] as const;

/** Asm-generic numbers; MIPS has others, and Node no build for it. */
const sigcont = 18;
const sigstop = 19;
/** SIGTSTP, SIGTTIN, SIGTTOU. */
const stopsByDefault: ReadonlySet<number> = new Set([20, 21, 22]);

/** SIGCONT goes on at once, also where it is caught, blocked or ignored: prepare_signal() in kernel/signal.c. */
export function continues(signal: number): boolean {
  return signal === sigcont;
}

/** `disposition` as in a signal record. */
export function stops(signal: number, disposition: number): boolean {
  return signal === sigstop || (stopsByDefault.has(signal) && signalDisposition(disposition) === 'default');
}

export const signalDispositions = { default: 0, ignored: 1, caught: 2 } as const;

/** SIGALRM, SIGVTALRM, SIGPROF. */
const timers: ReadonlySet<number> = new Set([14, 26, 27]);

/** A process's own timer that it has a handler for: is_noise() in agent/probe/whodunit.bpf.c. */
export function isTimerNoise(record: { signal: number; code: number; disposition: number }): boolean {
  const { signal, code, disposition } = record;
  return timers.has(signal) && !isSentByProcess(code) && disposition !== signalDispositions.default;
}

export function isSentByProcess(code: number): boolean {
  return sentCodes.has(code);
}

export function signalResult(result: number): SignalEvent['result'] {
  return results[result] ?? 'delivered';
}

export function signalDisposition(disposition: number): SignalEvent['disposition'] {
  return dispositions[disposition] ?? 'default';
}

/** A wait status as wait4(2) gives it; undefined where nobody knows it. */
export function parseWaitStatus(status: number | undefined): { code?: number; signal?: number; coreDumped: boolean } {
  if (status === undefined) return { coreDumped: false };
  const signal = status & 0x7f;
  if (signal === 0) return { code: (status >> 8) & 0xff, coreDumped: false };
  const coreDumped = (status & 0x80) !== 0;
  return signal <= 64 ? { signal, coreDumped } : { coreDumped };
}
