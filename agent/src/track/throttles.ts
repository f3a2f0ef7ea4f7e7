/** Tells what the probe withheld of each cgroup: that it began, how many second by second, and that it is over. */
import type { KnownEvent } from '../contract.js';
import type { CgroupRef } from '../kernel/record.js';
import { agentLimits } from '../limits.js';
import type { Withheld } from '../source/counts.js';

interface Open {
  readonly cgroup: string;
  readonly since: bigint;
  count: number;
  until: bigint;
}

export class Throttles {
  readonly #open = new Map<string, Open>();
  readonly #pathOf: (cgroup: CgroupRef) => string | undefined;
  readonly #emit: (event: KnownEvent) => void;

  constructor(pathOf: (cgroup: CgroupRef) => string | undefined, emit: (event: KnownEvent) => void) {
    this.#pathOf = pathOf;
    this.#emit = emit;
  }

  take(withheld: readonly Withheld[], now: bigint): void {
    for (const one of withheld) this.#add(one);
    for (const [key, open] of this.#open) {
      if (now - open.until < BigInt(agentLimits.throttleStopMs) * 1_000_000n) continue;
      this.#open.delete(key);
      const { cgroup, since, count } = open;
      this.#emit({ kind: 'throttle', at: now.toString(), cgroup, state: 'stop', since: since.toString(), count });
    }
  }

  #add({ cgroup: { hierarchy, id }, count, since, until }: Withheld): void {
    const key = `${hierarchy}:${id}`;
    let open = this.#open.get(key);
    if (open === undefined) {
      // Where the path is not known, the number of hierarchy and directory is better than nothing.
      open = { cgroup: this.#pathOf({ hierarchy, id }) ?? key, since, count: 0, until };
      this.#open.set(key, open);
      const { cgroup } = open;
      this.#emit({ kind: 'throttle', at: since.toString(), cgroup, state: 'start', since: since.toString() });
    }
    open.count += count;
    open.until = until;
    const range = { at: until.toString(), since: since.toString(), until: until.toString() };
    this.#emit({ kind: 'loss', cause: 'throttled', ...range, count, cgroup: open.cgroup });
  }
}
