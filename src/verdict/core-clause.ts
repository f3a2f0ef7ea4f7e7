import type { DeathFacts } from './facts.js';

/** Whether there is something to open in a debugger. Why there is none is told by evidence that comes later. */
export function coreClause(facts: DeathFacts): string {
  return facts.coreDumped ? 'a core was dumped' : 'no core was dumped';
}
