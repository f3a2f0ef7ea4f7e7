/**
 * SHUTDOWN: the whole machine, or the booted container, went down, and this process with it.
 *
 * Kernel: no sign of its own. systemd stops its units first, with their own stop signals; then process 1 becomes
 * systemd-shutdown, which sends SIGTERM and SIGKILL to all that is left; in a container the kernel kills the rest when
 * that ends. The first of these looks like any stop of a service (SERVICE_STOP): only the request tells them apart, a command
 * (systemctl poweroff, reboot) or a signal to the service manager (SIGRTMIN+3 and following, SIGPWR). A power button asks
 * over D-Bus, which leaves no trace here: what it stops before the last broadcast is told as SERVICE_STOP, less sure.
 * Mistaken for: NAMESPACE_TEARDOWN, when the init of the container is systemd on its way down.
 * Source: systemd-shutdown(8), bootup(7), systemd(1) SIGNALS, src/shutdown/shutdown.c.
 */
import { certainty, weakest } from '../confidence.js';
import { processInPlace } from '../describe.js';
import { runningEvidence, senderEvidence } from '../evidence.js';
import type { DeathFacts, ProcessFacts } from '../facts.js';
import { fatalSignal } from '../fatal-signal.js';
import { requestClause, requestEvidence } from '../requester.js';
import type { Finding, Rule } from '../rule.js';
import { certaintyOfPlace, machineName, managerCertainty, managerName, shutdownProgram } from '../service-manager.js';
import { shutdownRequestBefore, unitRequestBefore } from '../service-request.js';
import { isKernelMade, isSame } from '../signal-origin.js';
import { itsGrace, stopSentence } from '../stop-sentence.js';
import { stopBy, type Stop } from '../stop.js';
import { en, zh, type Text } from '../text.js';

export const shutdown: Rule = {
  id: 'shutdown',
  decide: (facts) => lastProcess(facts) ?? killedWithTheLast(facts) ?? broadcast(facts) ?? stoppedUnit(facts),
};

/** systemd-shutdown itself: with it ends the pid namespace of a container. */
function lastProcess(facts: DeathFacts): Finding | null {
  const { victim } = facts;
  const sure = finalCertainty(victim, victim);
  if (sure === 0) return null;
  const last = processInPlace(victim);
  const what = { en: en`its last process, ${last}, ended`, zh: zh`其最后一个进程${last}已结束` };
  return finding(facts, victim, facts.at, sure, what);
}

function killedWithTheLast(facts: DeathFacts): Finding | null {
  const { victim } = facts;
  const fatal = fatalSignal(facts);
  const running = fatal?.signal.running ?? null;
  if (fatal === null || running === null || !isKernelMade(fatal.signal, victim)) return null;
  const isLast = running.comm === shutdownProgram && victim.ancestry.some(({ ref }) => isSame(ref, running.ref));
  if (!isLast || facts.oomKillAt !== null || facts.oomReport !== null) return null;
  const sure = weakest(fatal.confidence, certainty.namespaceInferred);
  const killed = processInPlace(victim);
  const what = { en: en`the kernel killed ${killed} with the rest of it`, zh: zh`内核杀死了${killed}等剩余进程` };
  const found = finding(facts, running, fatal.signal.at, sure, what);
  return { ...found, evidence: [...found.evidence, ...runningEvidence(fatal.signal)] };
}

function broadcast(facts: DeathFacts): Finding | null {
  const stop = stopBy(facts, (sender) => finalCertainty(sender, facts.victim));
  return stop === null ? null : stopped(facts, stop, stop.confidence);
}

function stoppedUnit(facts: DeathFacts): Finding | null {
  const stop = stopBy(facts, (sender) => managerCertainty(sender, facts.victim));
  if (stop === null) return null;
  const whole = shutdownRequestBefore(facts, stop.by, stop.asked.at);
  const own = unitRequestBefore(facts, stop.by, stop.asked.at, stop.asked.signal);
  if (whole === null || (own?.named === true && own.request.at > whole.request.at)) return null;
  return stopped(facts, stop, weakest(stop.confidence, certainty.shutdownRequested));
}

function stopped(facts: DeathFacts, stop: Stop, confidence: number): Finding {
  const how = stopSentence(managerName(stop.by), stop, facts, itsGrace);
  const found = finding(facts, stop.by, stop.asked.at, confidence, how);
  return { ...found, evidence: [...found.evidence, ...senderEvidence(stop.deadly ?? stop.asked)] };
}

function finding(facts: DeathFacts, manager: ProcessFacts, at: bigint, confidence: number, how: Text): Finding {
  const request = shutdownRequestBefore(facts, manager, at);
  const [asked, machine] = [requestClause(request), machineName(manager, facts.victim)];
  const what = en`${asked}${machine} was shut down: ${how}`;
  return {
    cause: 'SHUTDOWN',
    actor: { kind: 'SERVICE_MANAGER', process: manager.ref },
    confidence,
    summary: {
      en: request === null ? what.replace(/^the/, 'The') : what,
      zh: zh`${asked}${machine}已关机：${how}`,
    },
    evidence: requestEvidence(request, facts.at),
  };
}

function finalCertainty(process: ProcessFacts, victim: ProcessFacts): number {
  return process.comm === shutdownProgram ? certaintyOfPlace(process, victim) : 0;
}
