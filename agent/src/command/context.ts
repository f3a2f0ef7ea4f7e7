/** What an action is given. */
import type { Policy } from './policy.js';
import type { Steps } from './outcome.js';
import type { System } from './system.js';
import type { Tools } from './tools.js';

export interface Context {
  readonly system: System;
  readonly tools: Tools;
  readonly policy: Policy;
  readonly steps: Steps;
  /** The host goes down on our word, and this process with it. */
  readonly noteAsked: () => void;
}
