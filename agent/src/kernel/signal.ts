/** What the numbers of a signal record mean. */
import type { SignalEvent } from '../contract.js';

/** siginfo codes of signals that a process asked for: kill(2), sigqueue(3), tgkill(2). */
const sentCodes: ReadonlySet<number> = new Set([0, -1, -6]);

/** TRACE_SIGNAL_* of include/trace/events/signal.h, in their order. */
const results = ['delivered', 'ignored', 'pending', 'overflow', 'lost_info'] as const;

/** DISPOSITION_* of agent/probe/record.h. */
const dispositions = ['default', 'ignored', 'caught'] as const;

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
