/** How the kernel says that a life ended: by exit, by a signal, or without saying. */
import type { DeathFacts } from './facts.js';

export type Ending =
  | { readonly how: 'exited'; readonly code: number }
  | { readonly how: 'signaled'; readonly signal: number }
  | { readonly how: 'unseen' }
  /** A wait status is one or the other; a record with both is wrong somewhere. */
  | { readonly how: 'contradictory'; readonly code: number; readonly signal: number };

export function endingOf(facts: DeathFacts): Ending {
  const { code, signal } = facts;
  if (code !== null && signal !== null) return { how: 'contradictory', code, signal };
  if (code !== null) return { how: 'exited', code };
  if (signal !== null) return { how: 'signaled', signal };
  return { how: 'unseen' };
}
