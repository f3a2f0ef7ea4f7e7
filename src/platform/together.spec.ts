import { describe, expect, it } from 'vitest';
import { together } from './together.js';

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
