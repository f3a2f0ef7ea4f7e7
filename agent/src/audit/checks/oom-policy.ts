/**
 * OOMPolicy=stop (the default) ends all of a service when the OOM killer takes one of its processes: with Restart=no it stays
 * away. OOMPolicy=continue leaves it running with a hole in it.
 */
import type { Check } from '../facts.js';
import { aboutUnit } from '../judging.js';

export const oomPolicy: Check = {
  needs: ['units'],
  judge: ({ units = [] }) =>
    units.flatMap(({ name, oomPolicy: policy, restart, type }) => {
      if (type === 'oneshot' || name.startsWith('user@')) return [];
      if (policy === 'continue') return [aboutUnit(name, 'INFO', { oomPolicy: policy, restart })];
      return restart === 'no' ? [aboutUnit(name, 'WARNING', { oomPolicy: policy, restart })] : [];
    }),
};
