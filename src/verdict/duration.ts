/** Spans of boot-clock nanoseconds for people: two figures that matter, never a unit that misleads. */

export function duration(nanoseconds: bigint): string {
  const span = nanoseconds < 0n ? -nanoseconds : nanoseconds;
  if (span < 1_000_000n) return `${span / 1_000n} µs`;
  if (span < 1_000_000_000n) return `${span / 1_000_000n} ms`;
  if (span < 10_000_000_000n) return `${span / 1_000_000_000n}.${(span / 100_000_000n) % 10n} s`;
  const seconds = span / 1_000_000_000n;
  if (seconds < 60n) return `${seconds} s`;
  if (seconds < 3_600n) return `${seconds / 60n} min ${seconds % 60n} s`;
  if (seconds < 86_400n) return `${seconds / 3_600n} h ${(seconds / 60n) % 60n} min`;
  return `${seconds / 86_400n} d ${(seconds / 3_600n) % 24n} h`;
}

/** Where an observation lies relative to the death. */
export function beforeDeath(at: bigint, diedAt: bigint): string {
  if (at === diedAt) return 'at the instant of the death';
  return `${duration(diedAt - at)} ${at < diedAt ? 'before' : 'after'} the death`;
}
