/** Who made a process exit: itself, or whoever had asked it to stop and was heard. */
import { attribute, itself, theKernel } from './actor.js';
import { certainty, weakest } from './confidence.js';
import { shellSignalOf } from './exit-status.js';
import type { DeathFacts, SignalFacts } from './facts.js';
import { exitRequestBefore } from './service-request.js';
import { isKernelMade } from './signal-origin.js';
import { signals } from './signal-names.js';
import { stopRequestBefore } from './stop-request.js';
import type { Actor } from './verdict.js';

export interface ExitOrigin {
  readonly actor: Actor;
  readonly confidence: number;
  /** The signal that it caught, and because of which it exited. */
  readonly answered: SignalFacts | null;
}

/**
 * A graceful stop: it caught a request to stop and exited within `stopGraceNs`. With status 128 + n it says so itself;
 * with another it may have been its own idea. SIGHUP asks daemons to read their configuration and SIGQUIT a JVM for its
 * stacks, unless the status speaks of them.
 */
export function exitOrigin(facts: DeathFacts, status: number): ExitOrigin {
  const request = stopRequestBefore(facts, null);
  const actor = itself(facts.victim);
  if (request === null) {
    const confidence = exitRequestBefore(facts) === null ? certainty.exact : certainty.afterStopRequest;
    return { actor, confidence, answered: null };
  }
  const saysSo = shellSignalOf(status) === request.signal;
  const isHeard = request.disposition === 'caught' && request.result !== 'ignored';
  const isLate = facts.at - request.at > stopGraceNs || (asksForMore.has(request.signal) && !saysSo);
  if (!isHeard || isLate) return { actor, confidence: certainty.afterStopRequest, answered: null };
  const sender = isKernelMade(request, facts.victim)
    ? { actor: theKernel, confidence: certainty.exact }
    : attribute(request.sender, facts.victim);
  const link = saysSo ? certainty.exitedAsAsked : certainty.afterStopRequest;
  return { actor: sender.actor, confidence: weakest(sender.confidence, link), answered: request };
}

const asksForMore: ReadonlySet<number> = new Set([signals.SIGHUP, signals.SIGQUIT]);

/** systemd's default, the longest of the usual graces. */
const stopGraceNs = 90_000_000_000n;
