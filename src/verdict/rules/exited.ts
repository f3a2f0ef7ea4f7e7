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
import { exitOrigin, stopRequestClause } from '../exit-clauses.js';
import type { Rule } from '../rule.js';

export const exited: Rule = {
  id: 'exited',
  decide(facts) {
    const ending = endingOf(facts);
    if (ending.how !== 'exited' || ending.code !== 0) return null;
    const { actor, confidence, answered } = exitOrigin(facts, 0);
    const exit = answered === null ? 'exited by itself' : 'stopped as asked: it exited';
    return {
      cause: 'EXITED',
      actor,
      confidence,
      summary: `${processInPlace(facts.victim)} ${exit} with status 0 (success)${stopRequestClause(facts, null)}`,
      evidence: [],
    };
  },
};
