/**
 * The command of ours behind a death: the one in whose report an actor (`Report.actors` in src/contract/command.ts) is the sender of
 * a signal to the victim, or the process of a request to stop. What was reported before the signal or belongs to another boot
 * does not count: the agent itself is an actor of many commands.
 */
import type { CommandFacts } from '../verdict/index.js';
import type { LifeKey } from './rows.js';

/** No job is stored yet, so there is none: the one place to join them. */
export function commandBehind(_death: LifeKey): CommandFacts | null {
  return null;
}
