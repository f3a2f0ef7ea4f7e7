import { describe, expect, test } from 'vitest';
import { sameShotNs, unknownDeath, unknownProcess, type DeathFacts, type SignalFacts } from '../verdict/index.js';
import { hitsBeside, shotRanges, type HitRow } from './shot.rows.js';

const killer = unknownProcess({ pid: 9, start: '90' });
const second = sameShotNs;

/** Killed at a time, in seconds, by one and the same sender. */
function killed(pid: number, at: bigint, signal = 9): [string, DeathFacts] {
  const ref = { pid, start: '1' };
  const shot: SignalFacts = {
    ...{
      at,
      signal,
      code: 0,
      sender: killer,
      running: null,
      thread: null,
      disposition: 'default',
      result: 'delivered',
    },
    ...{ address: null, count: 1, until: at, passedOn: null, reachedLimit: null, memoryState: null },
  };
  return [`3.${pid}.1`, unknownDeath({ victim: unknownProcess(ref), at, signal, signals: [shot] })];
}

const hit = (pid: number, at: bigint): HitRow => ({ n: 1, boot: 3, pid, start_ns: 1n, at_ns: at });

describe('shotRanges', () => {
  test('asks_once_for_victims_whose_times_overlap', () => {
    const facts = new Map([killed(3, 20n * second), killed(1, 10n * second), killed(2, 11n * second)]);
    expect(shotRanges(facts)).toEqual([
      {
        ...{ sender: { boot: 3, pid: 9, start_ns: 90n }, signal: 9 },
        ...{ since: 9n * second, until: 12n * second, victims: ['3.1.1', '3.2.1'] },
      },
      expect.objectContaining({ since: 19n * second, until: 21n * second, victims: ['3.3.1'] }),
    ]);
  });

  test('tells_signals_apart_and_leaves_out_who_was_not_shot', () => {
    const [alone, facts] = killed(4, second);
    const all = new Map([killed(1, second), killed(2, second, 15), [alone, { ...facts, signals: [] }]]);
    expect(shotRanges(all).map(({ victims }) => victims)).toEqual([['3.1.1'], ['3.2.1']]);
  });
});

describe('hitsBeside', () => {
  const [id, facts] = killed(1, 10n * second);

  test('are_the_others_near_it_each_once_and_the_first_are_named', () => {
    const others = [2, 3, 4, 5, 6, 7].map((pid) => hit(pid, 10n * second));
    const far = hit(8, 12n * second);
    expect(hitsBeside(id, facts, [hit(1, 10n * second), ...others, ...others, far])).toMatchObject({
      others: [{ pid: 2 }, { pid: 3 }, { pid: 4 }, { pid: 5 }, { pid: 6 }],
      total: 6,
      atLeast: false,
    });
  });

  test('are_none_where_it_alone_was_hit', () => {
    expect(hitsBeside(id, facts, [hit(1, 10n * second)])).toBeNull();
  });

  test('are_said_to_be_at_least_so_many_where_not_all_were_counted', () => {
    const many = Array.from({ length: 1_000 }, (_, n) => hit(100 + n, 10n * second));
    expect(hitsBeside(id, facts, many)).toMatchObject({ total: 1_000, atLeast: true });
  });
});
