/** Waiting times after failures: doubling, with jitter so that a fleet does not return in step. */
import { agentLimits } from '../limits.js';

export class Backoff {
  #failures = 0;
  readonly #random: () => number;

  constructor(random: () => number = Math.random) {
    this.#random = random;
  }

  reset(): void {
    this.#failures = 0;
  }

  /** Milliseconds to wait now: half to all of the step. A server's own wish is a lower bound. */
  nextDelayMs(retryAfterMs = 0): number {
    const step = Math.min(agentLimits.backoffMaxMs, agentLimits.backoffFirstMs * 2 ** Math.min(this.#failures, 16));
    this.#failures += 1;
    const own = step / 2 + (step / 2) * this.#random();
    return Math.max(own, Math.min(retryAfterMs, agentLimits.retryAfterMaxMs));
  }
}
