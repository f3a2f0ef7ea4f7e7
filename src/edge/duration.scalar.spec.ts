import { describe, expect, test } from 'vitest';
import { Duration } from './duration.scalar.js';

describe('Duration', () => {
  test.each([
    ['1h', 1],
    ['24H', 24],
    ['7d', 168],
    ['2w', 336],
    ['PT6H', 6],
    ['P1D', 24],
    ['P1DT12H', 36],
    ['P1W', 168],
    ['366d', 8_784],
  ])('%s_is_%i_hours', (text, hours) => {
    expect(Duration.parseValue(text)).toBe(hours);
  });

  test.each(['', 'P', 'PT', '0h', '367d', 'PT30M', '1.5h', '-1d', '1', 'P1Y', '1h ', 60, null, {}])(
    '%j_is_none',
    (value) => {
      expect(() => Duration.parseValue(value)).toThrow(/whole hours/);
    },
  );
});
