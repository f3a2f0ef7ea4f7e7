/**
 * A life that is not stored yet → its row, in the order of prisma/sql/insert-lives.sql, as the table `lives` packs it. Pure.
 * Whatever a row says here, the functions second_of, exec_offset, ending_of and day_of of the migration say in SQL; a test holds
 * them together.
 */
import type { DescribedRow, EndRow } from './batch.rows.js';
import type { Interned } from './intern.js';

/** Times of a boot: wall-clock milliseconds of its zero as the batch has it, and as its first batch had it. */
export interface BootClock {
  readonly boot: number;
  readonly hostId: number;
  readonly zeroMs: number;
  readonly firstZeroMs: number;
}

const alive = -2_147_483_648;
const unknown = -1;
const int4Max = 2_147_483_647;
const flag = { asks: 1_024, coreDumped: 1_024, reconstructed: 2_048 } as const;
/** The same as asks_for_stops() of the migration. */
const askers = new Set(['systemctl', 'shutdown', 'poweroff', 'reboot', 'halt', 'kexec', 'init', 'telinit']);

/** Days since 1970 of a boot-clock time, by the first zero of its boot: never another one for the same life. */
export function dayOf(firstZeroMs: number, ns: string): number {
  const day = Math.floor((firstZeroMs / 1_000 + Number(ns.slice(0, -9))) / 86_400);
  return Math.max(-32_768, Math.min(32_766, day));
}

export function lifeRow(
  row: DescribedRow,
  clock: BootClock,
  { image, context }: Interned,
): readonly (string | number)[] {
  const { end } = row;
  const start = clockTime(clock.zeroMs, row.start_ns);
  const died = end && clockTime(clock.zeroMs, end.died_ns);
  return [
    row.start_ns,
    row.parent_start_ns ?? unknown,
    end?.died_ns ?? row.seen_ns,
    end?.cpu_ns ?? unknown,
    image,
    context,
    clock.hostId,
    clock.boot,
    row.pid,
    row.parent_pid ?? unknown,
    execOffset(row.start_ns, row.exec_ns),
    start.second,
    died?.second ?? alive,
    end?.peak_rss_bytes === undefined ? unknown : Math.min(int4Max, Math.ceil(end.peak_rss_bytes / 1_024)),
    dayOf(clock.firstZeroMs, row.start_ns),
    start.millisecond + (askers.has(row.comm) ? flag.asks : 0),
    died ? died.millisecond + endFlags(end) : 0,
    end ? ending(end) : 0,
  ];
}

function endFlags(end: EndRow): number {
  return (end.core_dumped ? flag.coreDumped : 0) + (end.reconstructed ? flag.reconstructed : 0);
}

function ending({ exit_code: code, signal }: EndRow): number {
  return 2 + (code ?? -1) + 257 * (1 + (signal ?? -1));
}

/** In microseconds or, where those do not fit, negative and in seconds; rounded up. */
function execOffset(start: string, exec: string | undefined): number {
  if (exec === undefined) return alive;
  const offset = BigInt(exec) - BigInt(start);
  if (offset <= 0n) return 0;
  if (offset <= 2_147_483_647_000n) return Number((offset + 999n) / 1_000n);
  return Math.max(-int4Max, -Number((offset + 999_999_999n) / 1_000_000_000n));
}

function clockTime(zeroMs: number, ns: string): { second: number; millisecond: number } {
  // By microseconds, as Postgres has them: the sum of both would be too large for a fraction.
  const at = zeroMs + Math.round(Math.floor(Number(ns) / 1_000) / 1_000);
  const second = Math.floor(at / 1_000);
  const since2020 = second - 1_577_836_800;
  return { second: Math.max(-int4Max, Math.min(int4Max - 1, since2020)), millisecond: at - second * 1_000 };
}
