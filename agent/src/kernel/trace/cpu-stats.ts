/** per_cpu/cpuN/stats of a tracing instance: `name: number` lines, kernel/trace/trace.c tracing_stats_read(). */
export interface CpuStats {
  /** Events that were read and are gone from the buffer. */
  readonly read: number;
  /** Events that never came in: all but those that were overwritten, which the pages count. */
  readonly dropped: number;
  /** The instance's clock in nanoseconds, microsecond steps; undefined for a clock that does not count time. */
  readonly now: bigint | undefined;
}

export function parseCpuStats(text: string): CpuStats {
  const now = /^now ts:\s*(\d{1,10})\.(\d{6})$/m.exec(text);
  return {
    read: countOf(text, 'read events'),
    dropped: countOf(text, 'dropped events') + countOf(text, 'commit overrun'),
    now: now ? BigInt(now[1]!) * 1_000_000_000n + BigInt(now[2]!) * 1_000n : undefined,
  };
}

function countOf(text: string, name: string): number {
  return Number(new RegExp(`^${name}: (\\d{1,15})$`, 'm').exec(text)?.[1] ?? 0);
}
