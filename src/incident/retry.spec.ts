import { expect, test } from 'vitest';
import { backoffMs, nextAfter, retryLimits } from './retry.js';

const first = { attempts: 1, ageMs: 0, failures: 1 };
const again = { result: 'again', code: 'delivery/unavailable', afterMs: null } as const;

test('waits_longer_each_time_and_never_more_than_an_hour', () => {
  expect([1, 2, 3, 4, 13, 100].map((times) => backoffMs(times, 0))).toEqual([
    1_000, 2_000, 4_000, 8_000, 3_600_000, 3_600_000,
  ]);
  expect(backoffMs(4, 1)).toBe(4_000);
});

test('waits_as_long_as_it_is_asked_to', () => {
  expect(nextAfter({ ...again, afterMs: 90_000 }, first, 0)).toMatchObject({ afterMs: 90_000, holdMs: 90_000 });
});

test('gives_up_after_days_or_a_hundred_attempts_and_at_once_on_a_no', () => {
  expect(nextAfter(again, { ...first, ageMs: retryLimits.ageMs }, 0)).toMatchObject({ state: 'DEAD' });
  expect(nextAfter(again, { ...first, attempts: retryLimits.attempts }, 0)).toMatchObject({ state: 'DEAD' });
  expect(nextAfter({ result: 'refused', code: 'delivery/refused' }, first, 0)).toMatchObject({
    state: 'DEAD',
    disable: false,
  });
  expect(nextAfter({ result: 'gone', code: 'delivery/gone' }, first, 0)).toMatchObject({
    state: 'DEAD',
    disable: true,
  });
});
