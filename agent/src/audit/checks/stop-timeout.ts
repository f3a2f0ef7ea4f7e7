/**
 * How long a stop may take: for ever (a 0 in a unit's file is infinity too), so that a hanging service holds up a shutdown;
 * or so short that a service which has something to save is killed on every stop.
 */
import type { Check } from '../facts.js';
import { aboutUnit } from '../judging.js';

const tooShortMs = 5_000;

export const stopTimeout: Check = {
  needs: ['units'],
  judge: ({ units = [] }) =>
    units
      .filter(({ stopTimeoutMs, type, name }) => {
        if (type === 'oneshot' || name.startsWith('user@')) return false;
        return stopTimeoutMs === undefined || stopTimeoutMs < tooShortMs;
      })
      .map(({ name, stopTimeoutMs }) =>
        aboutUnit(name, 'WARNING', { stopTimeoutMs: stopTimeoutMs ?? null, infinite: stopTimeoutMs === undefined }),
      ),
};
