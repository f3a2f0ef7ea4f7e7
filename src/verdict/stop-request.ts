/**
 * The request to stop that came before: somebody sends SIGTERM, the process catches it and exits, or does not and gets a
 * SIGKILL later. The latest such request within `stopRequestWindowNs` belongs into the summary; older ones are left to
 * the evidence, since a SIGHUP of last week (a reload) has nothing to do with today's death.
 */
import type { DeathFacts, SignalFacts } from './facts.js';
import { isFromSelf } from './signal-origin.js';
import { signals } from './signal-names.js';

/** Longer than the usual graces (docker 10 s, Kubernetes 30 s, systemd 90 s), shorter than a coincidence. */
export const stopRequestWindowNs = 300_000_000_000n;

/** The latest request of another to stop, before `end` (the fatal signal, or null for the death itself). */
export function stopRequestBefore(facts: DeathFacts, end: SignalFacts | null): SignalFacts | null {
  const before = end === null ? facts.signals : facts.signals.slice(0, Math.max(0, facts.signals.indexOf(end)));
  const endAt = end?.at ?? facts.at;
  const request = before.findLast((signal) => isRequest(signal, end) && !isFromSelf(signal, facts.victim));
  return request !== undefined && endAt - request.at <= stopRequestWindowNs ? request : null;
}

function isRequest(signal: SignalFacts, end: SignalFacts | null): boolean {
  if (signal.result === 'pending' || signal.result === 'overflow') return false;
  return stopSignals.has(signal.signal) || signal.signal === end?.signal;
}

const stopSignals: ReadonlySet<number> = new Set([signals.SIGHUP, signals.SIGINT, signals.SIGQUIT, signals.SIGTERM]);
