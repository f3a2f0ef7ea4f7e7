/** What a request to stop adds to a finding: the clause of its sentence, and whose doing an exit was. */
import { attribute, itself, type Attribution } from './actor.js';
import { certainty, weakest } from './confidence.js';
import { senderPhrase } from './describe.js';
import { duration } from './duration.js';
import type { DeathFacts, SignalFacts } from './facts.js';
import { signalName, signals } from './signal-names.js';
import { stopRequestBefore } from './stop-request.js';

/** `, 12 ms after SIGTERM from kill (pid 4712, …)`, or nothing. `end` is the fatal signal; null for an exit. */
export function stopRequestClause(facts: DeathFacts, end: SignalFacts | null): string {
  const request = stopRequestBefore(facts, end);
  if (request === null) return '';
  const delay = duration((end?.at ?? facts.at) - request.at);
  return `, ${delay} after ${signalName(request.signal)} from ${originOf(request, end, facts)}${reaction(request)}`;
}

/** Whoever asked it to stop, where it took that as a request to exit; otherwise itself. */
export function attributeExit(facts: DeathFacts): Attribution {
  const request = stopRequestBefore(facts, null);
  if (request === null) return { actor: itself(facts.victim), confidence: certainty.exact };
  if (request.sender === null || !isObeyed(request, facts.code))
    return { actor: itself(facts.victim), confidence: certainty.afterStopRequest };
  const { actor, confidence } = attribute(request.sender, facts.victim);
  return { actor, confidence: weakest(confidence, certainty.afterStopRequest) };
}

/** SIGHUP mostly asks for a reload, and SIGQUIT a JVM for its stacks: there the status has to speak of the signal. */
function isObeyed({ signal, disposition }: SignalFacts, status: number | null): boolean {
  if (disposition !== 'caught') return false;
  return signal === signals.SIGTERM || signal === signals.SIGINT || status === 128 + signal;
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
