/**
 * SERVICE_STOP_TIMEOUT: systemd asked a service to stop, the service did not end, and TimeoutStopSec ran out.
 *
 * Kernel: a stop signal from systemd (SIGTERM unless KillSignal says otherwise), and later SIGKILL from the same.
 * Mistaken for: a kill by a person who had no patience (SIGNALED, another sender); `systemctl kill -s KILL` while it stops, and
 * units that are killed at once (SERVICE_STOP).
 * Source: systemd.service(5) TimeoutStopSec, systemd.kill(5).
 */
import { weakest } from '../confidence.js';
import { senderEvidence } from '../evidence.js';
import { doubtClause, requestClause, requestEvidence } from '../requester.js';
import type { Rule } from '../rule.js';
import { managerCertainty, managerName } from '../service-manager.js';
import { requestConfidence, unitRequestBefore } from '../service-request.js';
import { stopSentence } from '../stop-sentence.js';
import { stopBy } from '../stop.js';
import { joined, same } from '../text.js';

export const serviceStopTimeout: Rule = {
  id: 'service-stop-timeout',
  decide(facts) {
    const stop = stopBy(facts, (sender) => managerCertainty(sender, facts.victim));
    if (stop === null || stop.how !== 'escalated' || stop.deadly === null) return null;
    const { asked, deadly, by } = stop;
    const kill = unitRequestBefore(facts, by, deadly.at, deadly.signal);
    if (kill?.named === true && kill.wish.what === 'kill') return null;
    const request = unitRequestBefore(facts, by, asked.at, asked.signal);
    const how = stopSentence(managerName(by), stop, facts, same('TimeoutStopSec'));
    return {
      cause: 'SERVICE_STOP_TIMEOUT',
      actor: { kind: 'SERVICE_MANAGER', process: by.ref },
      confidence: weakest(stop.confidence, requestConfidence(request)),
      summary: joined(requestClause(request), how, doubtClause(request, asked.at)),
      evidence: [...requestEvidence(request, facts.at), ...senderEvidence(deadly)],
    };
  },
};
