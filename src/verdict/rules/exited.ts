/**
 * EXITED: it ended of its own accord, with status 0.
 *
 * Kernel: exit_group(2) or the last thread's exit; wait status without signal.
 * Mistaken for: a death without cause. A graceful stop ends like this too: after a request to stop that it caught, whoever
 * asked is the actor.
 * Source: wait(2), kernel/exit.c.
 */
import { processInPlace } from '../describe.js';
import { endingOf } from '../ending.js';
import { exitOrigin } from '../exit-origin.js';
import type { Rule } from '../rule.js';
import { stopRequestClause } from '../stop-request-clause.js';
import { en, zh, type Text } from '../text.js';

export const exited: Rule = {
  id: 'exited',
  decide(facts) {
    const ending = endingOf(facts);
    if (ending.how !== 'exited' || ending.code !== 0) return null;
    const { actor, confidence, answered } = exitOrigin(facts, 0);
    const [victim, after] = [processInPlace(facts.victim), stopRequestClause(facts, null)];
    const exit = exitWords(answered !== null);
    return {
      cause: 'EXITED',
      actor,
      confidence,
      summary: {
        en: en`${victim} ${exit} with status 0 (success)${after}`,
        zh: zh`${victim}${exit}，退出码 0（成功）${after}`,
      },
      evidence: [],
    };
  },
};

/** Shared with FAILED. */
export function exitWords(asAsked: boolean): Text {
  return asAsked
    ? { en: 'stopped as asked: it exited', zh: '按要求停止并退出' }
    : { en: 'exited by itself', zh: '自行退出' };
}
