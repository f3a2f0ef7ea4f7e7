/** What a request to stop adds to a finding: the clause of its sentence, and what it does to an exit's certainty. */
import { certainty } from './confidence.js';
import { senderPhrase } from './describe.js';
import { duration } from './duration.js';
import type { DeathFacts, SignalFacts } from './facts.js';
import { requestPhrase } from './requester.js';
import { exitRequestBefore } from './service-request.js';
import { signalName } from './signal-names.js';
import { stopRequestBefore } from './stop-request.js';

/** `, 12 ms after SIGTERM from kill (pid 4712, …)`, or nothing. `end` is the fatal signal; null for an exit. */
export function stopRequestClause(facts: DeathFacts, end: SignalFacts | null): string {
  const request = stopRequestBefore(facts, end);
  if (request === null) return end === null ? commandClause(facts) : '';
  const delay = duration((end?.at ?? facts.at) - request.at);
  return `, ${delay} after ${signalName(request.signal)} from ${originOf(request, end, facts)}${reaction(request)}`;
}

export function exitConfidence(facts: DeathFacts): number {
  const asked = stopRequestBefore(facts, null) ?? exitRequestBefore(facts);
  return asked === null ? certainty.exact : certainty.afterStopRequest;
}

/** No signal was seen, but somebody had asked systemd: a stop command of the unit may have asked it to exit. */
function commandClause(facts: DeathFacts): string {
  const request = exitRequestBefore(facts);
  if (request === null) return '';
  return `, ${duration(facts.at - request.request.at)} after ${requestPhrase(request)}`;
}

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
