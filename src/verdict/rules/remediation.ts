/**
 * REMEDIATION: one of our own jobs ended it, as somebody had asked.
 *
 * Kernel: an ordinary signal, from our agent or from a program that it started; or from the service manager or container
 * runtime that such a program (systemctl, podman) asked. Known by the report of the command, in which the agent names who
 * acted, never by a name.
 * Mistaken for: a kill by just any process (SIGNALED), a stop that somebody asked for (SERVICE_STOP, CONTAINER_STOP). A
 * reboot that we were asked for is a SHUTDOWN like any other.
 * Source: src/contract/command.ts, Report.actors.
 */
import { certainty } from '../confidence.js';
import { clientOf, runtimeCertainty } from '../container-runtime.js';
import { processName } from '../describe.js';
import { plainOrQuoted } from '../escape.js';
import { senderEvidence } from '../evidence.js';
import type { CommandFacts, DeathFacts } from '../facts.js';
import { requestEvidence } from '../requester.js';
import type { Rule } from '../rule.js';
import { managerCertainty, managerName } from '../service-manager.js';
import { unitRequestBefore, type StopRequest } from '../service-request.js';
import { isSame } from '../signal-origin.js';
import { stopBy, type Stop } from '../stop.js';
import { itsGrace, stopSentence } from '../stop-sentence.js';
import { en, nothing, zh, type Text } from '../text.js';
import type { Evidence } from '../verdict.js';

export const remediation: Rule = {
  id: 'remediation',
  decide(facts) {
    const { command } = facts;
    const act = command && (ownAct(facts, command) ?? askedAct(facts, command));
    if (command === null || act === null) return null;
    const { stop, name, request } = act;
    const [job, how] = [jobOf(command), stopSentence(name, stop, facts, itsGrace)];
    return {
      cause: 'REMEDIATION',
      actor: { kind: 'WHODUNIT', process: command.by },
      confidence: stop.confidence,
      summary: { en: en`${job}: ${how}`, zh: zh`${job}：${how}` },
      evidence: [
        jobEvidence(command, stop),
        ...requestEvidence(request, facts.at),
        ...senderEvidence(stop.deadly ?? stop.asked),
      ],
    };
  },
};

interface Act {
  readonly stop: Stop;
  readonly name: Text;
  /** Where it was a service manager that we asked. */
  readonly request: StopRequest | null;
}

/** The agent itself, or what it started, sent the signal. */
function ownAct(facts: DeathFacts, { by }: CommandFacts): Act | null {
  const stop = stopBy(facts, (sender) => (isSame(sender.ref, by) ? certainty.exact : 0));
  return stop && { stop, name: processName(stop.by), request: null };
}

/** What the agent started asked a service manager or a container runtime. */
function askedAct(facts: DeathFacts, { by }: CommandFacts): Act | null {
  const { victim } = facts;
  const managed = stopBy(facts, (sender) => managerCertainty(sender, victim));
  if (managed !== null) {
    const { at, signal } = managed.deadly ?? managed.asked;
    const request = unitRequestBefore(facts, managed.by, at, signal);
    const isOurs = request?.named === true && isSame(request.request.process.ref, by);
    return isOurs ? { stop: managed, name: managerName(managed.by), request } : null;
  }
  const contained = stopBy(facts, (sender) => runtimeCertainty(sender, victim));
  const client = contained && clientOf(contained.by);
  if (contained === null || client === null || !isSame(client.ref, by)) return null;
  return { stop: contained, name: processName(contained.by), request: null };
}

/** `Whodunit's job 4f1c… (requested by alice, approved by bob)` */
function jobOf({ job, requestedBy, approvedBy }: CommandFacts): Text {
  const [id, who] = [plainOrQuoted(job), plainOrQuoted(requestedBy)];
  const allowed = names(approvedBy);
  const approved: Text = allowed === '' ? nothing : { en: `, approved by ${allowed}`, zh: zh`，由${allowed}批准` };
  return {
    en: en`Whodunit's job ${id} (requested by ${who}${approved})`,
    zh: zh`Whodunit 的作业 ${id}（由${who}请求${approved}）`,
  };
}

function jobEvidence({ job, requestedBy, approvedBy }: CommandFacts, { asked }: Stop): Evidence {
  const allowed = approvedBy.length === 0 ? 'needed no approval' : `was approved by ${names(approvedBy)}`;
  const text = `Job ${plainOrQuoted(job)} was requested by ${plainOrQuoted(requestedBy)} and ${allowed}.`;
  return { kind: 'command', at: asked.at, text };
}

function names(people: readonly string[]): string {
  return people.map((one) => plainOrQuoted(one)).join(', ');
}
