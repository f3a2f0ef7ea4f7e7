/**
 * TIMER: a timer that it had set for itself ran out, and it had no handler.
 *
 * Kernel: SIGALRM (alarm, ITIMER_REAL), SIGVTALRM and SIGPROF (the other interval timers) with SI_KERNEL; a POSIX timer
 * sends any signal with SI_TIMER. The timers survive an exec: whoever set it may have been the program before this one
 * (`perl -e 'alarm 5; exec @ARGV'`), in the same process.
 * Mistaken for: a signal of these numbers that somebody sent.
 * Source: kernel/time/itimer.c it_real_fn, kernel/time/posix-cpu-timers.c, kernel/time/posix-timers.c.
 */
import { itself } from '../actor.js';
import { processInPlace } from '../describe.js';
import { fatalSignal } from '../fatal-signal.js';
import type { SignalFacts } from '../facts.js';
import type { Rule } from '../rule.js';
import { isKernelMade, siCodes } from '../signal-origin.js';
import { signalName, signals } from '../signal-names.js';
import { en, same, zh, type Text } from '../text.js';

export const timer: Rule = {
  id: 'timer',
  decide(facts) {
    const fatal = fatalSignal(facts);
    if (fatal === null || !isKernelMade(fatal.signal, facts.victim)) return null;
    const kind = timerKind(fatal.signal);
    if (kind === null) return null;
    const [victim, name] = [processInPlace(facts.victim), signalName(fatal.signal.signal)];
    return {
      cause: 'TIMER',
      actor: itself(facts.victim),
      confidence: fatal.confidence,
      summary: {
        en: en`${victim} was ended by ${name}: a timer that it had set itself (${kind}) ran out`,
        zh: zh`${victim}被 ${name} 终止：它自己设置的定时器（${kind}）到期`,
      },
      evidence: [],
    };
  },
};

function timerKind({ signal, code }: SignalFacts): Text | null {
  if (code === siCodes.SI_TIMER) return same('timer_create');
  return code === siCodes.SI_KERNEL ? (intervalTimers[signal] ?? null) : null;
}

const intervalTimers: Readonly<Record<number, Text>> = {
  [signals.SIGALRM]: { en: 'alarm or setitimer', zh: 'alarm 或 setitimer' },
  [signals.SIGVTALRM]: { en: 'setitimer, ITIMER_VIRTUAL', zh: 'setitimer，ITIMER_VIRTUAL' },
  [signals.SIGPROF]: { en: 'setitimer, ITIMER_PROF', zh: 'setitimer，ITIMER_PROF' },
};
