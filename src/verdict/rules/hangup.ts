/**
 * HANGUP: its terminal went away, and it had no handler.
 *
 * Kernel: SIGHUP with SI_KERNEL, to the session leader when the line hangs up (an ssh connection ends, a terminal window is
 * closed), to the foreground process group when the session leader ends, and to a group that is stopped and orphaned.
 * A shell (sudo and others do too) passes it on to its jobs: SI_USER from an ancestor which had itself just got it from the kernel.
 * Mistaken for: SIGHUP that somebody sends to have a configuration read, or to end a job (SIGNALED).
 * Source: drivers/tty/tty_jobctrl.c tty_signal_session_leader, disassociate_ctty; kernel/exit.c kill_orphaned_pgrp.
 */
import { theKernel } from '../actor.js';
import { certainty, weakest } from '../confidence.js';
import { processInPlace, processName, terminalOf } from '../describe.js';
import { senderEvidence } from '../evidence.js';
import type { ProcessFacts, SignalFacts } from '../facts.js';
import { fatalSignal } from '../fatal-signal.js';
import type { Rule } from '../rule.js';
import { isKernelMade, isSame, siCodes } from '../signal-origin.js';
import { signals } from '../signal-names.js';
import { en, nothing, zh, type Text } from '../text.js';

export const hangup: Rule = {
  id: 'hangup',
  decide(facts) {
    const fatal = fatalSignal(facts);
    if (fatal === null || fatal.signal.signal !== signals.SIGHUP) return null;
    const messenger = messengerOf(fatal.signal, facts.victim);
    if (messenger === null && !isOfTerminal(fatal.signal, facts.victim)) return null;
    const [victim, terminal] = [processInPlace(facts.victim), terminalOf(facts.victim)];
    const passedOn = messenger === null ? nothing : passedOnBy(messenger);
    return {
      cause: 'HANGUP',
      actor: theKernel,
      confidence: weakest(fatal.confidence, messenger === null ? certainty.exact : certainty.passedOn),
      summary: {
        en: en`SIGHUP ended ${victim}: ${terminal} was closed, or the session on it ended${passedOn}; ${advice}`,
        zh: zh`${victim}被 SIGHUP 终止：${terminal}已关闭，或其上的会话已结束${passedOn}；${advice}`,
      },
      evidence: messenger === null ? [] : senderEvidence(fatal.signal),
    };
  },
};

function isOfTerminal(signal: SignalFacts, victim: ProcessFacts): boolean {
  return isKernelMade(signal, victim) && signal.code === siCodes.SI_KERNEL;
}

/** The ancestor that had just got it from the kernel. */
function messengerOf({ sender, passedOn }: SignalFacts, { ancestry }: ProcessFacts): ProcessFacts | null {
  if (sender === null || passedOn === null) return null;
  return ancestry.some(({ ref }) => isSame(ref, sender.ref)) ? sender : null;
}

function passedOnBy(messenger: ProcessFacts): Text {
  const name = processName(messenger);
  return { en: en`, and ${name} passed that on`, zh: zh`，并由${name}转发` };
}

const advice: Text = {
  en: 'nohup, setsid or a service would have kept it',
  zh: '用 nohup、setsid 或以服务方式运行即可避免',
};
