/** What every rule is: a pure question put to the facts of one death. */
import type { DeathFacts } from './facts.js';
import type { Text } from './text.js';
import type { Actor, Cause, Evidence } from './verdict.js';

export interface Rule {
  /** Stored with every verdict, so it never changes once released. */
  readonly id: string;
  /** The finding, or null when these facts are not this rule's business. Never throws. */
  readonly decide: (facts: DeathFacts) => Finding | null;
}

/** What a rule answers. `decide` adds what holds for every death: exit, signals, losses, the sensor. */
export interface Finding {
  readonly cause: Cause;
  readonly actor: Actor;
  /** 0..1, from `certainty` in confidence.ts. */
  readonly confidence: number;
  /** One sentence without its full stop: clauses may follow. */
  readonly summary: Text;
  /** Only what this rule saw beyond the evidence common to all. */
  readonly evidence: readonly Evidence[];
}
