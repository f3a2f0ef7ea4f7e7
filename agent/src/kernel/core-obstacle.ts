/** Why a signal that asks for a core dump left none: do_coredump() in fs/coredump.c, in its order. */
import type { CoreDumpEvent } from '../contract.js';
import type { CorePattern } from './core-pattern.js';

export interface Circumstances {
  readonly pattern: CorePattern;
  /** RLIMIT_CORE in bytes; undefined: unlimited. */
  readonly limit: bigint | undefined;
  /** PR_GET_DUMPABLE; undefined: not known. */
  readonly dumpable: number | undefined;
  readonly pageBytes: number;
}

type Obstacle = Pick<CoreDumpEvent, 'obstacle' | 'limitBytes'>;

/** A pipe's handler takes whatever the limit says; but 1 would mean that a handler itself has crashed. */
const handlersOwnLimit = 1n;

export function obstacleTo({ pattern, limit, dumpable, pageBytes }: Circumstances): Obstacle {
  if (dumpable === 0) return { obstacle: 'not-dumpable' };
  if (pattern.kind === 'none') return { obstacle: 'pattern' };
  const limited: Obstacle = { obstacle: 'resource-limit', limitBytes: Number(limit ?? 0n) };
  if (pattern.kind === 'handler') return limit === handlersOwnLimit ? limited : { obstacle: 'handler' };
  // ELF dumps want a page at least (min_coredump of fs/binfmt_elf.c).
  if (limit !== undefined && limit < BigInt(pageBytes)) return limited;
  // suid_dumpable 2: never into a place that its user chose.
  return dumpable === 2 ? { obstacle: 'not-dumpable' } : { obstacle: 'pattern' };
}
