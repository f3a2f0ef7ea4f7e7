/**
 * When a line of the kernel log was written, on the boot clock.
 *
 * Its stamp is local_clock(): nanoseconds since boot without the time spent in suspend, counted by the processor and
 * not disciplined by NTP. So it differs from CLOCK_BOOTTIME by all suspends, which we take from CLOCK_MONOTONIC, and by a
 * drift (100 ppm are 9 s a day), which nothing tells.
 *
 * - A line that came between two looks was written between them: that is as exact as the looks are frequent.
 * - A line that was there before is as exact as the drift, and wrong by the suspends that came after it.
 */
export interface Reading {
  /** Boot clock at this look, and at the one before it if that had read all there was. */
  readonly at: bigint;
  readonly after: bigint | undefined;
  /** Boot clock less CLOCK_MONOTONIC. */
  readonly suspended: bigint;
}

export function bootTimeOfLine(microseconds: number, { at, after, suspended }: Reading): bigint {
  const time = BigInt(microseconds) * 1_000n + suspended;
  if (time > at) return at;
  return after !== undefined && time < after ? after : time;
}
