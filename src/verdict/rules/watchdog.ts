/**
 * WATCHDOG: a service did not tell systemd in time that it is alive (WatchdogSec), and systemd ended it.
 *
 * Kernel: SIGABRT from systemd, so that a core tells where it hung; SIGKILL from systemd when that does not end it
 * (TimeoutAbortSec).
 * Mistaken for: abort(3) (ABORTED), which a process sends to itself; `systemctl kill -s ABRT` (SERVICE_STOP, known by its
 * command line); a stop or start that timed out where the unit says that this is to end in SIGABRT
 * (TimeoutStopFailureMode=abort). A unit with another WatchdogSignal cannot be told from an ordinary stop.
 * Source: systemd.service(5) WatchdogSec, systemd.kill(5) WatchdogSignal.
 */
import { certainty, weakest } from '../confidence.js';
import { senderEvidence } from '../evidence.js';
import type { DeathFacts } from '../facts.js';
import type { Rule } from '../rule.js';
import { managerCertainty, managerName } from '../service-manager.js';
import { unitRequestBefore } from '../service-request.js';
import { isSame } from '../signal-origin.js';
import { signals } from '../signal-names.js';
import { stopSentence } from '../stop-sentence.js';
import { stopBy, type Stop } from '../stop.js';
import { clauses, same, type Text } from '../text.js';

export const watchdog: Rule = {
  id: 'watchdog',
  decide(facts) {
    const stop = stopBy(facts, (sender) => managerCertainty(sender, facts.victim));
    if (stop === null || stop.asked.signal !== signals.SIGABRT || hadBeenStopped(facts, stop)) return null;
    const request = unitRequestBefore(facts, stop.by, stop.asked.at, signals.SIGABRT);
    if (request?.named === true) return null;
    const how = stopSentence(managerName(stop.by), stop, facts, same('TimeoutAbortSec'));
    return {
      cause: 'WATCHDOG',
      actor: { kind: 'SERVICE_MANAGER', process: stop.by.ref },
      confidence: weakest(stop.confidence, certainty.watchdogInferred),
      summary: clauses(how, why),
      evidence: senderEvidence(stop.asked),
    };
  },
};

function hadBeenStopped({ signals: all }: DeathFacts, stop: Stop): boolean {
  const stopping: readonly number[] = [signals.SIGTERM, signals.SIGINT, signals.SIGQUIT];
  return all.some(
    ({ at, signal, sender }) =>
      at < stop.asked.at && stopping.includes(signal) && sender !== null && isSame(sender.ref, stop.by.ref),
  );
}

const why: Text = {
  en: 'systemd sends SIGABRT when a service has not reported in time (WatchdogSec)',
  zh: '服务未按时上报（WatchdogSec）时，systemd 会发送 SIGABRT',
};
