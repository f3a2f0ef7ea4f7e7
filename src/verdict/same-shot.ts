/**
 * The other victims of the same shot: `pkill`, `killall` and the loop over `ps` hit many, and who looks for one of them
 * should hear of the others.
 */
import { processName } from './describe.js';
import type { DeathFacts, SignalFacts } from './facts.js';
import { fatalSignal } from './fatal-signal.js';
import { isFromSelf } from './signal-origin.js';
import { signalName } from './signal-names.js';
import { stopRequestBefore } from './stop-request.js';
import type { Evidence } from './verdict.js';

/** Before and after: longer than a loop needs for hundreds, shorter than a person needs for the next one. */
export const sameShotNs = 1_000_000_000n;

/** The signal of another that ended it, or that asked it to end; null where there was none. */
export function shotOf(facts: DeathFacts): SignalFacts | null {
  const signal = facts.code === null ? fatalSignal(facts)?.signal : stopRequestBefore(facts, null);
  return signal?.sender == null || isFromSelf(signal, facts.victim) ? null : signal;
}

export function sameShotEvidence(facts: DeathFacts): readonly Evidence[] {
  const shot = shotOf(facts);
  if (shot === null || facts.sameShot === null) return [];
  const { others, total, atLeast } = facts.sameShot;
  const unnamed = total - others.length;
  const names = others.map((other) => processName(other).en);
  const more = unnamed > 0 ? [`${atLeast ? 'at least ' : ''}${unnamed} more`] : [];
  const whom = [...names, ...more];
  if (whom.length === 0) return [];
  const list = whom.length === 1 ? whom[0]! : `${whom.slice(0, -1).join(', ')} and ${whom.at(-1)!}`;
  return [{ kind: 'also', at: shot.at, text: `The same ${signalName(shot.signal)} also hit ${list}.` }];
}
