import { expect, it } from 'vitest';
import { delayToBeat } from './beat.js';

it.each([
  [1_000, 0, 1_200],
  [1_000, 200, 1_000],
  [1_000, 230, 970],
  [1_000, 250, 1_350],
  [400, 0, 400],
  [400, 1.5, 399],
  // A timer that came a little late does not miss its next beat.
  [400, 30, 370],
  [400, 50, 750],
])('of_%d_ms_at_%d_with_a_beat_of_400_becomes_%d', (delay, now, expected) => {
  expect(delayToBeat(delay, 400, now)).toBe(expected);
});
