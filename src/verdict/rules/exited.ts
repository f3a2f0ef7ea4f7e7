/**
 * EXITED: it ended of its own accord, with status 0.
 *
 * Kernel: exit_group(2) or the last thread's exit; wait status without signal.
 * Mistaken for: a death without cause. A graceful stop ends like this too: who sent a SIGTERM that was caught shortly before
 * is the actor, which is likely and not certain.
 * Source: wait(2), kernel/exit.c.
 */
import { processInPlace } from '../describe.js';
import { endingOf } from '../ending.js';
import { attributeExit, stopRequestClause } from '../exit-clauses.js';
import type { Rule } from '../rule.js';

export const exited: Rule = {
  id: 'exited',
  decide(facts) {
    const ending = endingOf(facts);
    if (ending.how !== 'exited' || ending.code !== 0) return null;
    return {
      cause: 'EXITED',
      ...attributeExit(facts),
      summary: `${processInPlace(facts.victim)} exited by itself with status 0 (success)${stopRequestClause(facts, null)}`,
      evidence: [],
    };
  },
};
