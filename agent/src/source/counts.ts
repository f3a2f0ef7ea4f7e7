/**
 * What the probe counted instead of recording it one by one: signals that come in floods (agent/probe/flood.h), and records
 * withheld from cgroups that would have taken the ring for themselves (throttle.h). The counts outlive the agent: each
 * is read, told, and only then forgotten.
 */
import { decodeFlood, decodeFloodSecond } from '../kernel/flood.js';
import type { CgroupRef, SignalRecord } from '../kernel/record.js';
import { decodeThrottle, decodeThrottleKey, decodeTold, encodeTold, type Told } from '../kernel/throttle.js';
import type { HashMap } from './hash-map.js';

/** Records of one cgroup that were withheld and not told yet. */
export interface Withheld {
  readonly cgroup: CgroupRef;
  readonly count: number;
  /** Nanoseconds since boot. */
  readonly since: bigint;
  readonly until: bigint;
}

export interface CountsRead {
  readonly floods: readonly SignalRecord[];
  readonly withheld: readonly Withheld[];
  /** All this is told. */
  forget(): void;
}

export interface CountMaps {
  readonly floods: HashMap;
  readonly throttles: HashMap;
  readonly throttlesTold: HashMap;
}

const nanosecondsPerSecond = 1_000_000_000n;
/** A program that was interrupted may write into the second before the present one. */
const settledSeconds = 2n;
const idleSeconds = 60n;

export class Counts {
  readonly #maps: CountMaps;

  constructor(maps: CountMaps) {
    this.#maps = maps;
  }

  /** `now`: floods of the seconds that nothing writes to any longer. Without it: all, for whoever reads last. */
  read(now?: bigint): CountsRead {
    const second = now === undefined ? undefined : now / nanosecondsPerSecond;
    const floods = this.#readFloods(second);
    const throttles = this.#readThrottles();
    return {
      floods: floods.flatMap(({ value }) => decodeFlood(value) ?? []),
      withheld: throttles.flatMap(({ withheld }) => withheld ?? []),
      forget: () => {
        for (const { key } of floods) this.#maps.floods.delete(key);
        for (const { key, told } of throttles) if (told) this.#maps.throttlesTold.set(key, encodeTold(told));
        for (const { key, lastSecond } of throttles) {
          if (second !== undefined && lastSecond + idleSeconds < second) this.#dropThrottle(key, lastSecond);
        }
      },
    };
  }

  #readFloods(second: bigint | undefined) {
    const settled = ({ key }: { key: Uint8Array }) =>
      second === undefined || decodeFloodSecond(key) + settledSeconds <= second;
    return this.#maps.floods.entries().filter(settled);
  }

  #readThrottles() {
    return this.#maps.throttles.entries().map(({ key, value }) => {
      const { withheld, first, last, second } = decodeThrottle(value);
      const kept = withheld === 0n ? undefined : this.#maps.throttlesTold.get(key);
      const told = kept === undefined ? nothingTold : decodeTold(kept);
      // More told than withheld: of an entry that was dropped, by an agent that ended just then.
      const before = told.withheld > withheld ? nothingTold : told;
      const count = Number(withheld - before.withheld);
      if (count === 0) return { key, lastSecond: second };
      const since = first > before.last ? first : before.last || last;
      return {
        key,
        lastSecond: second,
        told: { withheld, last },
        withheld: { cgroup: decodeThrottleKey(key), count, since, until: last },
      };
    });
  }

  /** Nothing of it was withheld for a while: the entry makes room for another cgroup. */
  #dropThrottle(key: Uint8Array, lastSecond: bigint): void {
    const now = this.#maps.throttles.get(key);
    if (now === undefined || decodeThrottle(now).second !== lastSecond) return;
    this.#maps.throttles.delete(key);
    this.#maps.throttlesTold.delete(key);
  }
}

const nothingTold: Told = { withheld: 0n, last: 0n };
