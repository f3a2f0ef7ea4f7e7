/** Amounts of memory for people, in the units that the kernel counts in: `512 MiB`, `1.5 GiB`. */
import type { Text } from './text.js';

const units = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'] as const;

export function bytes(count: number): Text {
  let amount = count;
  let unit = 0;
  while (amount >= 1024 && unit < units.length - 1) {
    amount /= 1024;
    unit++;
  }
  const short = amount < 10 && unit > 0 ? Math.round(amount * 10) / 10 : Math.round(amount);
  return { en: `${short} ${units[unit]}`, zh: `${short} ${unit === 0 ? '字节' : units[unit]}` };
}
