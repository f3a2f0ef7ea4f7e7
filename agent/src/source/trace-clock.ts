/**
 * The clock of a tracing instance beside the boot clock, without a system call of our own: an instance says its time in
 * per_cpu/cpuN/stats, and Node's hrtime is CLOCK_MONOTONIC.
 */
import { parseUptime } from '../kernel/boot-clock.js';
import { agentLimits } from '../limits.js';
import { readText } from './proc.js';
import type { TraceClock } from './trace-instance.js';

/** /proc/uptime has steps of 10 ms: less is no sleep of the host. */
const sleepNsMin = 15_000_000n;

export class TraceTime {
  readonly #clock: TraceClock;
  readonly #readNow: () => bigint | undefined;
  #traceAheadNs = 0n;
  /** How long the host slept, for a clock that does not count it. */
  #sleptNs = 0n;
  #checkedAtMs = -Infinity;

  /** `readNow`: the instance's time. */
  constructor(clock: TraceClock, readNow: () => bigint | undefined) {
    this.#clock = clock;
    this.#readNow = readNow;
  }

  /** Nanoseconds since boot; never later than an event that is recorded after this. */
  now(): bigint {
    if (performance.now() - this.#checkedAtMs > agentLimits.traceClockCheckMs) this.#check();
    return this.toBoot(process.hrtime.bigint() + this.#traceAheadNs);
  }

  toBoot(traceNs: bigint): bigint {
    return traceNs + this.#sleptNs;
  }

  toTrace(bootNs: bigint): bigint {
    return bootNs - this.#sleptNs;
  }

  #check(): void {
    this.#checkedAtMs = performance.now();
    const traceNow = this.#readNow();
    // Afterwards, so that we are rather late than early.
    const monotonic = process.hrtime.bigint();
    if (traceNow !== undefined) this.#traceAheadNs = traceNow - monotonic;
    if (this.#clock === 'boot' && traceNow !== undefined) return;
    const ahead = (parseUptime(readText('/proc/uptime') ?? '') ?? 0n) - monotonic - this.#traceAheadNs;
    const change = ahead - this.#sleptNs;
    if (change > sleepNsMin || change < -sleepNsMin) this.#sleptNs = ahead > sleepNsMin ? ahead : 0n;
  }
}
