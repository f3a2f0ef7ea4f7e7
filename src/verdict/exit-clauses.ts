/**
 * What a request to stop adds to a finding: the clause of its sentence, and, where the process heard it and exited, who
 * made it exit.
 */
import { attribute, itself, theKernel } from './actor.js';
import { certainty, weakest } from './confidence.js';
import { senderPhrase } from './describe.js';
import { duration } from './duration.js';
import { shellSignalOf } from './exit-status.js';
import type { DeathFacts, SignalFacts } from './facts.js';
import { requestPhrase } from './requester.js';
import { exitRequestBefore } from './service-request.js';
import { isKernelMade } from './signal-origin.js';
import { signalName, signals } from './signal-names.js';
import { stopRequestBefore } from './stop-request.js';
import type { Actor } from './verdict.js';

/** `, 12 ms after SIGTERM from kill (pid 4712, …)`, or nothing. `end` is the fatal signal; null for an exit. */
export function stopRequestClause(facts: DeathFacts, end: SignalFacts | null): string {
  const request = stopRequestBefore(facts, end);
  if (request === null) return end === null ? commandClause(facts) : '';
  const delay = duration((end?.at ?? facts.at) - request.at);
  return `, ${delay} after ${signalName(request.signal)} from ${originOf(request, end, facts)}${reaction(request)}`;
}

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

/** No signal was seen, but somebody had asked systemd: a stop command of the unit may have asked it to exit. */
function commandClause(facts: DeathFacts): string {
  const request = exitRequestBefore(facts);
  if (request === null) return '';
  return `, ${duration(facts.at - request.request.at)} after ${requestPhrase(request)}`;
}

const asksForMore: ReadonlySet<number> = new Set([signals.SIGHUP, signals.SIGQUIT]);

/** systemd's default, the longest of the usual graces. */
const stopGraceNs = 90_000_000_000n;

function originOf(request: SignalFacts, end: SignalFacts | null, facts: DeathFacts): string {
  const first = request.sender?.ref;
  const second = end?.sender?.ref;
  const same = first !== undefined && first.pid === second?.pid && first.start === second.start;
  return same ? 'the same sender' : senderPhrase(request, facts);
}

function reaction(request: SignalFacts): string {
  if (request.result === 'ignored' || request.disposition === 'ignored') return ', which it had ignored';
  return request.disposition === 'caught' ? ', which it had caught' : '';
}
