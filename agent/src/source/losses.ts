/**
 * The probe's loss counters, mapped from its array `losses` (agent/probe/record.h): per kind of record u64 count,
 * u64 first, u64 last. An older probe has fewer kinds and zeros in the rest of the page. Taking sets them back to zero; a record lost between two of the exchanges is counted next time.
 */
const kinds = 16;
const fieldsPerKind = 3;

export const lossMapBytes = kinds * fieldsPerKind * 8;

export interface Losses {
  readonly count: number;
  readonly since: bigint;
  readonly until: bigint;
}

export class LossCounters {
  readonly #fields: BigUint64Array;

  constructor(memory: ArrayBuffer) {
    this.#fields = new BigUint64Array(memory, 0, kinds * fieldsPerKind);
  }

  /** What was lost since the last call, over all kinds. */
  take(): Losses | undefined {
    let count = 0n;
    let since: bigint | undefined;
    let until = 0n;
    for (let kind = 0; kind < kinds; kind += 1) {
      const field = kind * fieldsPerKind;
      if (Atomics.load(this.#fields, field) === 0n) continue;
      count += Atomics.exchange(this.#fields, field, 0n);
      const first = Atomics.exchange(this.#fields, field + 1, 0n);
      const last = Atomics.load(this.#fields, field + 2);
      if (first !== 0n && (since === undefined || first < since)) since = first;
      if (last > until) until = last;
    }
    return count === 0n ? undefined : { count: Number(count), since: since ?? until, until };
  }
}
