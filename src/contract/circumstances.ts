/** What else was so when a signal was made, where that tells why. */
import { z } from 'zod';
import { BootNanoseconds, count, text } from './fields.js';
import { limits } from './limits.js';

/** RLIMIT_CPU, RLIMIT_FSIZE, RLIMIT_RTTIME of setrlimit(2). */
export const limitedResources = ['cpu', 'file-size', 'real-time'] as const;

/** The limit of its own that a process ran into, as it was at that instant. */
export const ReachedLimit = z.object({
  resource: z.enum(limitedResources),
  /** Seconds of `cpu`, bytes of `file-size`, microseconds of `real-time`; absent: unlimited. */
  soft: count.optional(),
  hard: count.optional(),
  /** What its threads had run by then, in nanoseconds. */
  cpuTime: BootNanoseconds.optional(),
});

const percent = z.number().min(0).max(100);

/** Pressure stall information, the average of ten seconds: part of the time that some, and that all, waited for memory. */
const StallShares = z.object({ some: percent, full: percent.optional() });

/** How much memory there was when the agent looked, soon after a daemon freed some. Memory in bytes; absent: not known. */
export const MemoryState = z.object({
  /** When it looked. */
  at: BootNanoseconds,
  total: count.optional(),
  available: count.optional(),
  swapTotal: count.optional(),
  swapFree: count.optional(),
  stalled: StallShares.optional(),
  /** The victim's cgroup, if it was still there. `limit` is absent where it has none. */
  cgroup: z
    .object({
      path: text(limits.pathCharactersMax),
      usage: count,
      limit: count.optional(),
      stalled: StallShares.optional(),
    })
    .optional(),
});

export type ReachedLimit = z.infer<typeof ReachedLimit>;
export type MemoryState = z.infer<typeof MemoryState>;
export type StallShares = z.infer<typeof StallShares>;
