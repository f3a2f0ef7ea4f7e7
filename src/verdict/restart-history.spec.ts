import { describe, expect, it } from 'vitest';
import { isLoop, restartsBefore, waitingBefore, type Span } from './restart-history.js';

const second = 1_000_000_000n;
const span = (from: number, until: number | null): Span => {
  return { startedAt: BigInt(from) * second, endedAt: until === null ? null : BigInt(until) * second };
};
const at = (seconds: number) => BigInt(seconds) * second;

describe('restartsBefore', () => {
  it('counts_lives_that_followed_another_within_the_window_and_the_hour', () => {
    const lives = [span(0, 100), span(101, 200), span(600, 700), span(701, null)];
    // The third came more than five minutes after the second had ended.
    expect(restartsBefore(lives, at(1_000))).toBe(2);
    expect(restartsBefore(lives, at(3_700 + 101))).toBe(1);
    expect(restartsBefore([span(0, 100)], at(101))).toBe(0);
  });
});

describe('isLoop', () => {
  it('takes_three_short_lives_in_a_row', () => {
    const lives = [span(0, 5), span(6, 11), span(12, 17)];
    expect(isLoop(lives, at(17))).toBe(true);
    expect(isLoop(lives.slice(1), at(17))).toBe(false);
    expect(isLoop(lives.toReversed(), at(17))).toBe(true);
  });

  it('is_none_where_one_of_them_lasted_or_nothing_followed_it_soon', () => {
    expect(isLoop([span(0, 5), span(6, 80), span(81, 90)], at(90))).toBe(false);
    expect(isLoop([span(0, 5), span(400, 405), span(406, 410)], at(410))).toBe(false);
    expect(isLoop([span(0, 5), span(6, null), span(12, 17)], at(17))).toBe(false);
  });

  it('is_not_that_of_another_instance', () => {
    expect(isLoop([span(0, 5), span(6, 11), span(12, 17)], at(16))).toBe(false);
  });
});

describe('waitingBefore', () => {
  it('counts_deaths_that_no_start_has_made_good_yet', () => {
    const together = [span(0, 1_000), span(1, 1_001), span(2, 1_002)];
    expect(together.map(({ endedAt }) => waitingBefore(together, endedAt!))).toEqual([0, 1, 2]);
    const inTurn = [span(0, 1_000), span(1, 1_002), span(2, 1_004), span(1_001, null), span(1_003, null)];
    expect(waitingBefore(inTurn, at(1_004))).toBe(0);
  });

  it('gives_up_on_deaths_of_long_ago', () => {
    expect(waitingBefore([span(0, 10), span(1, 1_000)], at(1_000))).toBe(0);
  });
});
