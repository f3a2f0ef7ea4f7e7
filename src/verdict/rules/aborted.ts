/**
 * ABORTED: it gave up on purpose, because it found itself in a state that must not be.
 *
 * Kernel: SIGABRT from the process itself, by tgkill (SI_TKILL: abort(3), assert(3), Rust, Go, C++ terminate, the JVM after
 * a fatal error) or kill (SI_USER).
 * Mistaken for: SIGABRT that another process sent, such as a watchdog's (SIGNALED).
 * Source: abort(3).
 */
import { itself } from '../actor.js';
import { coreClause } from '../core-clause.js';
import { processInPlace } from '../describe.js';
import { fatalSignal } from '../fatal-signal.js';
import type { Rule } from '../rule.js';
import { isFromSelf } from '../signal-origin.js';
import { signals } from '../signal-names.js';
import { stopRequestClause } from '../stop-request-clause.js';
import { en, zh, type Text } from '../text.js';

export const aborted: Rule = {
  id: 'aborted',
  decide(facts) {
    const fatal = fatalSignal(facts);
    if (fatal === null || fatal.signal.signal !== signals.SIGABRT || !isFromSelf(fatal.signal, facts.victim))
      return null;
    const victim = processInPlace(facts.victim);
    const after = stopRequestClause(facts, fatal.signal);
    const core = coreClause(facts);
    return {
      cause: 'ABORTED',
      actor: itself(facts.victim),
      confidence: fatal.confidence,
      summary: {
        en: en`${victim} aborted itself with SIGABRT (${reason})${after}; ${core}`,
        zh: zh`${victim}以 SIGABRT 主动中止（${reason}）${after}；${core}`,
      },
      evidence: [],
    };
  },
};

const reason: Text = {
  en: 'abort(), a failed assertion or an unhandled error in its own code',
  zh: 'abort()、断言失败，或自身代码中未处理的错误',
};
