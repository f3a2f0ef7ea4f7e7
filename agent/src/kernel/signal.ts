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

export function isSentByProcess(code: number): boolean {
  return sentCodes.has(code);
}

export function signalResult(result: number): SignalEvent['result'] {
  return results[result] ?? 'delivered';
}

export function signalDisposition(disposition: number): SignalEvent['disposition'] {
  return dispositions[disposition] ?? 'default';
}

/** A wait status as wait4(2) gives it. */
export function parseWaitStatus(status: number): { code?: number; signal?: number; coreDumped: boolean } {
  const signal = status & 0x7f;
  if (signal === 0) return { code: (status >> 8) & 0xff, coreDumped: false };
  const coreDumped = (status & 0x80) !== 0;
  return signal <= 64 ? { signal, coreDumped } : { coreDumped };
}
