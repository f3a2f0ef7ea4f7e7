/**
 * Who made a signal: the kernel or user space, told by siginfo's si_code (include/uapi/asm-generic/siginfo.h).
 *
 * Positive codes belong to the kernel: rt_sigqueueinfo(2) lets a process forge them for itself alone, which crash
 * handlers use to raise the very fault again. SI_USER (0) is the trap: kill(2) makes it, and so does the kernel's own
 * `send_sig(sig, current, 0)`, with the victim itself (SIGPIPE, SIGXFSZ) as the seeming sender. The two differ in one
 * thing: kill(2) directs at the group (grp=1 in the tracepoint), send_sig at a thread (grp=0; so does tkill, which says
 * SI_TKILL). Seen so on 6.18.
 */
import type { ProcessFacts, SignalFacts } from './facts.js';
import { signals } from './signal-names.js';

export const siCodes = {
  SI_USER: 0,
  SI_QUEUE: -1,
  SI_TIMER: -2,
  SI_MESGQ: -3,
  SI_ASYNCIO: -4,
  SI_SIGIO: -5,
  SI_TKILL: -6,
  SI_KERNEL: 128,
} as const;

export function isSame(a: ProcessFacts['ref'], b: ProcessFacts['ref']): boolean {
  return a.pid === b.pid && a.start === b.start;
}

export function isFromSelf(signal: SignalFacts, victim: ProcessFacts): boolean {
  return signal.sender !== null && isSame(signal.sender.ref, victim.ref);
}

/** Certain to be of the kernel's making, by si_code. */
export function isKernelMade(signal: SignalFacts, victim: ProcessFacts): boolean {
  if (signal.sender !== null && !isFromSelf(signal, victim)) return false;
  return signal.code > 0 || kernelMadeNegative.has(signal.code);
}

export type OnBehalf = 'certain' | 'likely' | 'no';

/** Made by the kernel as `send_sig(sig, current, 0)`: in the victim's name, for something that the victim did. */
export function isOnVictimsBehalf(signal: SignalFacts, victim: ProcessFacts): OnBehalf {
  if (signal.code !== siCodes.SI_USER || !sentOnBehalf.has(signal.signal)) return 'no';
  if (signal.sender !== null && !isFromSelf(signal, victim)) return 'no';
  if (signal.thread === 'group') return 'no';
  if (signal.thread !== null) return 'certain';
  return signal.sender === null ? 'no' : 'likely';
}

const kernelMadeNegative: ReadonlySet<number> = new Set([siCodes.SI_TIMER, siCodes.SI_MESGQ, siCodes.SI_SIGIO]);
const sentOnBehalf: ReadonlySet<number> = new Set([signals.SIGPIPE, signals.SIGXFSZ]);
