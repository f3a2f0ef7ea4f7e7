/**
 * SERVICE_STOP: systemd stopped the unit that it belonged to.
 *
 * Kernel: a signal from systemd, or from the unit's own stop command (ExecStop) that systemd ran, deadly or caught. SIGKILL without a signal before: KillSignal, KillMode=mixed,
 * `systemctl kill`, OOMPolicy.
 * Mistaken for: EXITED and FAILED, which a clean stop looks like (status 0 or 143): the sender of the signal decides. A
 * stop command that asks in another way (over a socket) sends none, and leaves an exit that names the request. What made
 * systemd stop it is known only where a command asked for it; RuntimeMaxSec, start limits, dependencies and D-Bus clients
 * leave no trace.
 * Source: systemd.kill(5), systemd.service(5).
 */
import { certainty, weakest } from '../confidence.js';
import { processInvocation } from '../describe.js';
import { senderEvidence } from '../evidence.js';
import type { DeathFacts } from '../facts.js';
import { doubtClause, requestClause, requestEvidence } from '../requester.js';
import type { Finding, Rule } from '../rule.js';
import { managerCertainty, managerName } from '../service-manager.js';
import { requestConfidence, unitRequestBefore } from '../service-request.js';
import { isStopCommand } from '../stop-command.js';
import { itsGrace, stopSentence } from '../stop-sentence.js';
import { stopBy } from '../stop.js';
import { en, joined, zh } from '../text.js';

export const serviceStop: Rule = {
  id: 'service-stop',
  decide: (facts) => stoppedByManager(facts) ?? stoppedByCommand(facts),
};

function stoppedByManager(facts: DeathFacts): Finding | null {
  const stop = stopBy(facts, (sender) => managerCertainty(sender, facts.victim));
  if (stop === null) return null;
  const act = stop.deadly ?? stop.asked;
  const request = unitRequestBefore(facts, stop.by, act.at, act.signal);
  return {
    cause: 'SERVICE_STOP',
    actor: { kind: 'SERVICE_MANAGER', process: stop.by.ref },
    confidence: weakest(stop.confidence, requestConfidence(request)),
    summary: joined(
      requestClause(request),
      stopSentence(managerName(stop.by), stop, facts, itsGrace),
      doubtClause(request, act.at),
    ),
    evidence: [...requestEvidence(request, facts.at), ...senderEvidence(act)],
  };
}

/** ExecStop=/bin/kill -TERM $MAINPID */
function stoppedByCommand(facts: DeathFacts): Finding | null {
  const { victim } = facts;
  const request = unitRequestBefore(facts, null, facts.at, null);
  if (request?.named !== true) return null;
  const stop = stopBy(facts, (sender) => (isStopCommand(sender, victim, request.request) ? certainty.knownByName : 0));
  if (stop === null) return null;
  const command = processInvocation(stop.by);
  const by = { en: en`the stop command of its unit, ${command},`, zh: zh`其单元的停止命令，即${command}，` };
  return {
    cause: 'SERVICE_STOP',
    actor: { kind: 'SERVICE_MANAGER', process: stop.by.ancestry[0]?.ref ?? stop.by.ref },
    confidence: stop.confidence,
    summary: joined(requestClause(request), stopSentence(by, stop, facts, itsGrace)),
    evidence: [...requestEvidence(request, facts.at), ...senderEvidence(stop.deadly ?? stop.asked)],
  };
}
