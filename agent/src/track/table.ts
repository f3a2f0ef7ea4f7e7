/**
 * The lives that something may still refer to: all that live, and the latest that ended (limits.ts says how many).
 * Pids come back, so a life is found by pid and start, never by pid alone, except where the kernel tells no more.
 */
import { agentLimits } from '../limits.js';
import { lifeKey, type Life } from './life.js';

export class ProcessTable {
  readonly #living = new Map<number, Life>();
  /** In the order of their ends: the first is forgotten first. */
  readonly #ended = new Map<string, Life>();
  readonly #endedMax: number;

  constructor(endedMax: number = agentLimits.endedLivesMax) {
    this.#endedMax = endedMax;
  }

  living(): readonly Life[] {
    return [...this.#living.values()];
  }

  /** Those that ended and are remembered, and those that live. */
  known(): readonly Life[] {
    return [...this.#ended.values(), ...this.#living.values()];
  }

  find(pid: number, start: bigint): Life | undefined {
    const life = this.#living.get(pid);
    return life?.who.start === start ? life : this.#ended.get(lifeKey(pid, start));
  }

  findLiving(pid: number): Life | undefined {
    return this.#living.get(pid);
  }

  /** The life of that pid and name that had begun by then: the youngest of them, if there were several. */
  findAt(pid: number, comm: string, at: bigint): Life | undefined {
    let found: Life | undefined;
    const consider = (life: Life | undefined): void => {
      const fits = life?.who.pid === pid && life.who.comm === comm && life.who.start <= at;
      if (fits && (found === undefined || life.who.start > found.who.start)) found = life;
    };
    consider(this.#living.get(pid));
    if (found === undefined) for (const life of this.#ended.values()) consider(life);
    return found;
  }

  /** A younger life of the same pid ends the older one, even when its end was not seen. */
  add(life: Life): void {
    const other = this.#living.get(life.who.pid);
    if (other !== undefined && other.who.start > life.who.start) {
      life.ended = true;
      this.#bury(life);
      return;
    }
    if (other !== undefined) this.end(other);
    this.#living.set(life.who.pid, life);
  }

  end(life: Life): void {
    life.ended = true;
    if (this.#living.get(life.who.pid) === life) this.#living.delete(life.who.pid);
    this.#bury(life);
  }

  #bury(life: Life): void {
    this.#ended.set(life.key, life);
    if (this.#ended.size <= this.#endedMax) return;
    const [oldest] = this.#ended.keys();
    if (oldest !== undefined) this.#ended.delete(oldest);
  }
}
