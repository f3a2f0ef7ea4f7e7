/**
 * What time it is at least: the latest of the host's own clock, the server's (as it said when the stream was opened, and
 * since then by the boot clock), and the signer's (no command was signed after it began to be valid). So a clock that was
 * set back makes nothing valid again; one that is ahead makes the agent refuse, which names both times.
 */
export interface Clocks {
  wallMs(): number;
  bootNanoseconds(): bigint;
}

interface Reading {
  readonly wallMs: number;
  readonly bootNanoseconds: bigint;
}

export class KnownTime {
  readonly #clocks: Clocks;
  #server: Reading | undefined;
  #signer: Reading | undefined;

  constructor(clocks: Clocks) {
    this.#clocks = clocks;
  }

  /** The header `Date`. The last word counts: it is not signed, and must not hold for ever. */
  heardServer(date: string | undefined): void {
    const wallMs = Date.parse(date ?? '');
    this.#server = Number.isNaN(wallMs) ? undefined : this.#read(wallMs);
  }

  /** A verified command began to be valid then. */
  heardSigner(wallMs: number): void {
    // One that is not valid yet says nothing.
    if (wallMs > this.nowMs()) return;
    if (this.#signer === undefined || wallMs > this.#since(this.#signer)) this.#signer = this.#read(wallMs);
  }

  nowMs(): number {
    const others = [this.#server, this.#signer].filter((reading) => reading !== undefined);
    return Math.max(this.#clocks.wallMs(), ...others.map((reading) => this.#since(reading)));
  }

  #read(wallMs: number): Reading {
    return { wallMs, bootNanoseconds: this.#clocks.bootNanoseconds() };
  }

  #since({ wallMs, bootNanoseconds }: Reading): number {
    return wallMs + Number((this.#clocks.bootNanoseconds() - bootNanoseconds) / 1_000_000n);
  }
}
