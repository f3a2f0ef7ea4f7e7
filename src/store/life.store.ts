/**
 * Lives and their ends, as the batches of a transaction have them. New ones are inserted with their ends; what is stored
 * already is described anew, or ended, by key. The lock on the hosts (lock-cursors.sql) keeps others from adding lives of them
 * between the look and the insertion.
 */
import type { TransactionSql } from 'postgres';
import type { DescribedRow, EndRow } from './batch.rows.js';
import type { Part, Stored } from './batch.store.js';
import type { Interned, Interner } from './intern.js';
import { dayOf, lifeRow, type BootClock } from './life.rows.js';
import { isLater } from './lifecycle.rows.js';
import { run } from './sql.js';

export interface LifeStep {
  readonly tx: TransactionSql<{ bigint: bigint }>;
  readonly interner: Interner;
}

interface Described {
  /** Whose it is, from 1. */
  readonly n: number;
  readonly row: DescribedRow;
  readonly clock: BootClock;
  /** It began before what its boot had told already. */
  readonly mayBeStored: boolean;
}

/** Once the signals of the batches are sent. @returns what the statement says, and the ends that were stored. */
export async function storeLives(
  { tx, interner }: LifeStep,
  parts: readonly Part[],
): Promise<{ stored: readonly Stored[]; settled: ReadonlySet<EndRow> }> {
  const described = parts.flatMap((part, index): Described[] => {
    const clock = clockOf(part);
    const seenBefore = part.seenBefore === null ? null : String(part.seenBefore);
    return part.rows.processes.map((row) => {
      const mayBeStored = seenBefore !== null && !isLater(row.start_ns, seenBefore);
      return { n: index + 1, row, clock, mayBeStored };
    });
  });
  if (described.length === 0) return { stored: [], settled: new Set() };
  const [known, interned] = await Promise.all([
    knownOf(
      tx,
      described.filter(({ mayBeStored }) => mayBeStored),
    ),
    interner.intern(described.map(({ row }) => row)),
  ]);
  const fresh = described.filter((life) => !known.has(life));
  const ended = fresh.filter(({ row }) => row.end);
  const [, , stored] = await Promise.all([
    insertLives(
      tx,
      fresh,
      interned.filter((_, index) => !known.has(described[index]!)),
    ),
    describeLives(tx, parts, [...known]),
    ended.length === 0 ? [] : run<{ pending: number }>(tx, 'wantVerdicts', keysOf(ended)),
  ]);
  return { stored, settled: new Set(ended.map(({ row }) => row.end!)) };
}

/** Ends of lives that were stored before, or never described. */
export async function storeEnds(
  { tx }: LifeStep,
  parts: readonly Part[],
  settled: ReadonlySet<EndRow>,
): Promise<Stored[]> {
  const rows = parts.flatMap((part, index) => {
    const { firstZeroMs } = clockOf(part);
    const left = part.rows.deaths.filter((end) => !settled.has(end));
    return left.map((end) => ({ n: index + 1, day: dayOf(firstZeroMs, end.start_ns), ...end }));
  });
  if (rows.length === 0) return [];
  const boots = parts.map(({ boot }) => boot);
  const hosts = parts.map(({ hostId }) => hostId);
  const zeros = parts.map(({ batch }) => batch.bootedAt);
  return run(tx, 'insertDeaths', [boots, hosts, zeros, JSON.stringify(rows)]);
}

async function knownOf(tx: LifeStep['tx'], lives: readonly Described[]): Promise<ReadonlySet<Described>> {
  if (lives.length === 0) return new Set();
  const days = numbers(lives.map(({ row, clock }) => dayOf(clock.firstZeroMs, row.start_ns)));
  const found = await run<{ n: number }>(tx, 'knownLives', [...keysOf(lives), days]);
  return new Set(found.map(({ n }) => lives[n - 1]!));
}

async function insertLives(
  tx: LifeStep['tx'],
  lives: readonly Described[],
  interned: readonly Interned[],
): Promise<void> {
  if (lives.length === 0) return;
  const rows = lives.map(({ row, clock }, index) => lifeRow(row, clock, interned[index]!));
  await run(
    tx,
    'insertLives',
    rows[0]!.map((_, column) => numbers(rows.map((row) => row[column]!))),
  );
}

async function describeLives(tx: LifeStep['tx'], parts: readonly Part[], lives: readonly Described[]): Promise<void> {
  if (lives.length === 0) return;
  const rows = lives.map(({ n, row: { end: _end, ...row }, clock }) => {
    return { n, day: dayOf(clock.firstZeroMs, row.start_ns), ...row };
  });
  await run(tx, 'describeLives', [parts.map(({ boot }) => boot), JSON.stringify(rows)]);
}

function keysOf(lives: readonly Described[]): string[] {
  return [
    numbers(lives.map(({ clock }) => clock.boot)),
    numbers(lives.map(({ row }) => row.pid)),
    numbers(lives.map(({ row }) => row.start_ns)),
  ];
}

/** An array as Postgres reads it; the driver's own way to make one, which quotes, costs more than all the rest here. */
function numbers(values: readonly (number | string)[]): string {
  return `{${values.join(',')}}`;
}

function clockOf({ boot, hostId, batch, firstBootedAt }: Part): BootClock {
  return { boot, hostId, zeroMs: Date.parse(batch.bootedAt), firstZeroMs: firstBootedAt.getTime() };
}
