/** A running service without MemoryMax or MemoryHigh: when it leaks, the whole host runs out of memory, not it alone. */
import type { Check } from '../facts.js';
import { aboutUnit, percent } from '../judging.js';

const largeShare = 0.1;
const ofSystemd = /^(systemd-.*|dbus|dbus-broker|getty@.*|serial-getty@.*|console-getty|user@.*)\.service$/;

export const memoryMaxMissing: Check = {
  needs: ['units'],
  judge: ({ units = [], host }) => {
    const total = host.memory.get('MemTotal');
    return units
      .filter(({ memoryLimited, type, name }) => !memoryLimited && type !== 'oneshot' && !ofSystemd.test(name))
      .map(({ name, memoryBytes }) => {
        const share = memoryBytes === undefined || total === undefined ? 0 : memoryBytes / total;
        const facts = { memoryBytes: memoryBytes ?? null, percentOfHost: percent(share) };
        return aboutUnit(name, share >= largeShare ? 'WARNING' : 'INFO', facts);
      });
  },
};
