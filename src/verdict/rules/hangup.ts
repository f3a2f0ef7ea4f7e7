/**
 * HANGUP: its terminal went away, and it had no handler.
 *
 * Kernel: SIGHUP with SI_KERNEL, to the session leader when the line hangs up (an ssh connection ends, a terminal window is
 * closed), to the foreground process group when the session leader ends, and to a group that is stopped and orphaned.
 * Mistaken for: SIGHUP that a shell passes on to its jobs, or that somebody sends to have a configuration read (SIGNALED).
 * Source: drivers/tty/tty_jobctrl.c tty_signal_session_leader, disassociate_ctty; kernel/exit.c kill_orphaned_pgrp.
 */
import { theKernel } from '../actor.js';
import { processInPlace, terminalOf } from '../describe.js';
import { fatalSignal } from '../fatal-signal.js';
import type { Rule } from '../rule.js';
import { isKernelMade, siCodes } from '../signal-origin.js';
import { signals } from '../signal-names.js';
import { en, zh, type Text } from '../text.js';

export const hangup: Rule = {
  id: 'hangup',
  decide(facts) {
    const fatal = fatalSignal(facts);
    if (fatal === null || !isKernelMade(fatal.signal, facts.victim)) return null;
    if (fatal.signal.signal !== signals.SIGHUP || fatal.signal.code !== siCodes.SI_KERNEL) return null;
    const [victim, terminal] = [processInPlace(facts.victim), terminalOf(facts.victim)];
    return {
      cause: 'HANGUP',
      actor: theKernel,
      confidence: fatal.confidence,
      summary: {
        en: en`SIGHUP ended ${victim}: ${terminal} was closed, or the session on it ended; ${advice}`,
        zh: zh`${victim}被 SIGHUP 终止：${terminal}已关闭，或其上的会话已结束；${advice}`,
      },
      evidence: [],
    };
  },
};

const advice: Text = {
  en: 'nohup, setsid or a service would have kept it',
  zh: '用 nohup、setsid 或以服务方式运行即可避免',
};
