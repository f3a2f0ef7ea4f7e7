/** What a request to stop adds to a sentence: how long before it came, from whom, and how the process took it. */
import { senderPhrase } from './describe.js';
import { duration } from './duration.js';
import type { DeathFacts, SignalFacts } from './facts.js';
import { requestPhrase } from './requester.js';
import { exitRequestBefore } from './service-request.js';
import { isSame } from './signal-origin.js';
import { signalName } from './signal-names.js';
import { stopRequestBefore } from './stop-request.js';
import { en, nothing, zh, type Text } from './text.js';

/**
 * `, 12 ms after SIGTERM from kill (pid 4712, …)`, or nothing. `end` is the fatal signal; null for an exit. In Chinese the
 * last clause of its sentence.
 */
export function stopRequestClause(facts: DeathFacts, end: SignalFacts | null): Text {
  const request = stopRequestBefore(facts, end);
  if (request === null) return end === null ? commandClause(facts) : nothing;
  const delay = duration((end?.at ?? facts.at) - request.at);
  const name = signalName(request.signal);
  const who = originOf(request, end, facts);
  const took = reaction(request);
  return {
    en: en`, ${delay} after ${name} from ${who}${took}`,
    zh: zh`；${delay}前，${who}向它发送过 ${name}${took}`,
  };
}

/** No signal was seen, but somebody had asked systemd: a stop command of the unit may have asked it to exit. */
function commandClause(facts: DeathFacts): Text {
  const request = exitRequestBefore(facts);
  if (request === null) return nothing;
  const delay = duration(facts.at - request.request.at);
  const asked = requestPhrase(request);
  return { en: en`, ${delay} after ${asked}`, zh: zh`；${delay}前，${asked}` };
}

function originOf(request: SignalFacts, end: SignalFacts | null, facts: DeathFacts): Text {
  const [first, second] = [request.sender?.ref, end?.sender?.ref];
  if (first !== undefined && second !== undefined && isSame(first, second))
    return { en: 'the same sender', zh: '同一发送者' };
  return senderPhrase(request, facts);
}

function reaction(request: SignalFacts): Text {
  if (request.result === 'ignored' || request.disposition === 'ignored')
    return { en: ', which it had ignored', zh: '，它忽略了该信号' };
  return request.disposition === 'caught' ? { en: ', which it had caught', zh: '，它捕获了该信号' } : nothing;
}
