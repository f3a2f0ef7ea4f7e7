/**
 * Lives that ended and may be zombies, in the order of their ends. Bounded: of very many the oldest are given out before
 * their time, since asking costs the same then.
 */
import { agentLimits } from '../limits.js';
import type { Life } from './life.js';

export interface Death {
  readonly life: Life;
  readonly at: bigint;
}

export class UncheckedDeaths {
  #deaths: Death[] = [];
  /** Found dead in a list, `at` being the time of the list. An exit that is still in the ring knows better. */
  readonly #listed = new Map<string, Death>();
  readonly #max: number;

  constructor(max: number = agentLimits.uncheckedDeathsMax) {
    this.#max = max;
  }

  add(life: Life, at: bigint): void {
    this.#listed.delete(life.key);
    this.#deaths.push({ life, at });
  }

  addListed(life: Life, at: bigint): void {
    if (!this.#listed.has(life.key) && this.#listed.size < this.#max) this.#listed.set(life.key, { life, at });
  }

  /** Those that ended at `until` or before. */
  takeDue(until: bigint): readonly Death[] {
    let count = Math.max(0, this.#deaths.length - this.#max);
    while ((this.#deaths[count]?.at ?? until + 1n) <= until) count += 1;
    const due = this.#deaths.slice(0, count);
    this.#deaths = this.#deaths.slice(count);
    for (const [key, death] of this.#listed) {
      if (death.at > until) break;
      this.#listed.delete(key);
      due.push(death);
    }
    return due;
  }
}
