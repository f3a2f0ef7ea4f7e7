import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { coalesced, together } from './together.js';

describe('together', () => {
  it('does_at_once_what_is_asked_alone_and_in_one_round_what_came_meanwhile', async () => {
    const rounds: (readonly number[])[] = [];
    const double = together(async (items: readonly number[]) => {
      rounds.push(items);
      await Promise.resolve();
      return items.map((item) => item * 2);
    }, 3);
    expect(await Promise.all([1, 2, 3, 4, 5].map(double))).toEqual([2, 4, 6, 8, 10]);
    expect(rounds).toEqual([[1], [2, 3, 4], [5]]);
    expect(await double(6)).toBe(12);
  });

  it('gives_an_error_to_the_one_that_is_its_reason_and_answers_to_the_others', async () => {
    const double = together(async (items: readonly number[]) => {
      await Promise.resolve();
      if (items.includes(3)) throw new Error('three');
      return items.map((item) => item * 2);
    }, 10);
    const answers = await Promise.allSettled([1, 2, 3, 4].map(double));
    expect(answers.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'fulfilled']);
  });
});

describe('coalesced', () => {
  it('does_once_more_what_was_asked_meanwhile_however_often', async () => {
    let done = 0;
    const ask = coalesced(async () => {
      await Promise.resolve();
      done += 1;
    });
    await Promise.all([ask(), ask(), ask(), ask()]);
    expect(done).toBe(2);
    await ask();
    expect(done).toBe(3);
  });

  it('does_what_is_asked_alone_at_once_and_the_next_only_after_a_rest', async () => {
    const times: number[] = [];
    const ask = coalesced(async () => void times.push(performance.now()), 50);
    const first = ask();
    expect(times).toHaveLength(1);
    await first;
    void ask();
    await ask();
    expect(times).toHaveLength(2);
    expect(times[1]! - times[0]!).toBeGreaterThan(45);
  });

  it('goes_on_after_one_that_failed', async () => {
    let fails = true;
    const ask = coalesced(async () => {
      if (fails) throw new Error('failed');
    });
    const [first, second] = [ask(), ask()];
    await expect(first).rejects.toThrow('failed');
    fails = false;
    await second.catch(() => undefined);
    await sleep(1);
    await expect(ask()).resolves.toBeUndefined();
  });
});
