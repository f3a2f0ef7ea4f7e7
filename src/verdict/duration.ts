/** Spans of boot-clock nanoseconds for people: two figures that matter, never a unit that misleads. */
import type { Text } from './text.js';

export function duration(nanoseconds: bigint): Text {
  const span = nanoseconds < 0n ? -nanoseconds : nanoseconds;
  if (span < 1_000_000n) return inUnits([span / 1_000n, microseconds]);
  if (span < 1_000_000_000n) return inUnits([span / 1_000_000n, milliseconds]);
  if (span < 10_000_000_000n) return inUnits([`${span / 1_000_000_000n}.${(span / 100_000_000n) % 10n}`, seconds]);
  const whole = span / 1_000_000_000n;
  if (whole < 60n) return inUnits([whole, seconds]);
  if (whole < 3_600n) return inUnits([whole / 60n, minutes], [whole % 60n, seconds]);
  if (whole < 86_400n) return inUnits([whole / 3_600n, hours], [(whole / 60n) % 60n, minutes]);
  return inUnits([whole / 86_400n, days], [(whole / 3_600n) % 24n, hours]);
}

const microseconds: Text = { en: 'µs', zh: '微秒' };
const milliseconds: Text = { en: 'ms', zh: '毫秒' };
const seconds: Text = { en: 's', zh: '秒' };
const minutes: Text = { en: 'min', zh: '分' };
const hours: Text = { en: 'h', zh: '小时' };
const days: Text = { en: 'd', zh: '天' };

function inUnits(...figures: readonly (readonly [count: bigint | string, unit: Text])[]): Text {
  return {
    en: figures.map(([count, unit]) => `${count} ${unit.en}`).join(' '),
    zh: figures.map(([count, unit]) => `${count} ${unit.zh}`).join(' '),
  };
}

/** Where an observation lies relative to the death, for the evidence. */
export function beforeDeath(at: bigint, diedAt: bigint): string {
  if (at === diedAt) return 'at the instant of the death';
  return `${duration(diedAt - at).en} ${at < diedAt ? 'before' : 'after'} the death`;
}
