import { expect, it } from 'vitest';
import { beforeDeath, duration } from './duration.js';

it.each([
  [0n, '0 µs'],
  [850_999n, '850 µs'],
  [12_000_000n, '12 ms'],
  [1_550_000_000n, '1.5 s'],
  [10_000_000_000n, '10 s'],
  [123_000_000_000n, '2 min 3 s'],
  [7_500_000_000_000n, '2 h 5 min'],
  [180_000_000_000_000n, '2 d 2 h'],
  [-12_000_000n, '12 ms'],
])('says_%i_as_%s', (nanoseconds, text) => {
  expect(duration(nanoseconds).en).toBe(text);
});

it('says_on_which_side_of_the_death', () => {
  expect(beforeDeath(1n, 12_000_001n)).toBe('12 ms before the death');
  expect(beforeDeath(12_000_001n, 1n)).toBe('12 ms after the death');
  expect(beforeDeath(5n, 5n)).toBe('at the instant of the death');
});

it('has_Chinese_units', () => {
  const spans = [850_999n, 12_000_000n, 1_550_000_000n, 123_000_000_000n, 7_500_000_000_000n, 180_000_000_000_000n];
  expect(spans.map((span) => duration(span).zh)).toEqual([
    '850 微秒',
    '12 毫秒',
    '1.5 秒',
    '2 分 3 秒',
    '2 小时 5 分',
    '2 天 2 小时',
  ]);
});
