/** The boot clock (CLOCK_BOOTTIME, nanoseconds) and what it means on the wall. */

/** USER_HZ: the unit of /proc's start times, 100 on every architecture that Node runs on. */
const clockTicksPerSecond = 100n;
const nanosecondsPerTick = 1_000_000_000n / clockTicksPerSecond;

/** A small disagreement of two readings is noise (/proc/uptime has 10 ms steps), not a clock that was set. */
const steadyWithinMs = 15;

export function ticksToNanoseconds(ticks: bigint): bigint {
  return ticks * nanosecondsPerTick;
}

/** /proc/PID/stat rounds down: nsec_to_clock_t(). */
export function nanosecondsToTicks(nanoseconds: bigint): bigint {
  return nanoseconds / nanosecondsPerTick;
}

/** First field of /proc/uptime, seconds with two decimals. */
export function parseUptime(text: string): bigint | undefined {
  const match = /^(\d+)\.(\d\d)\s/.exec(text);
  if (!match) return undefined;
  return BigInt(match[1] ?? '0') * 1_000_000_000n + BigInt(match[2] ?? '0') * 10_000_000n;
}

/** Wall-clock milliseconds at boot-clock zero; keeps `previous` unless the wall clock was really set anew. */
export function bootedAtMs(wallMs: number, bootNs: bigint, previous: number | undefined): number {
  const now = Math.round(wallMs - Number(bootNs / 1_000n) / 1_000);
  return previous !== undefined && Math.abs(now - previous) <= steadyWithinMs ? previous : now;
}
