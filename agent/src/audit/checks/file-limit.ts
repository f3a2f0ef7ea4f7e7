/** Open files near RLIMIT_NOFILE: the next open(2), accept(2) or socket(2) fails with EMFILE. */
import type { Check } from '../facts.js';
import { aboutProcess, full, percent, severityOf } from '../judging.js';

export const fileLimit: Check = {
  needs: ['processes', 'limits', 'files'],
  judge: ({ processes }) =>
    processes.flatMap((process) => {
      const { openFiles, limits } = process;
      if (openFiles === undefined || !limits?.files) return [];
      const share = openFiles / limits.files;
      const facts = { openFiles, limit: limits.files, percent: percent(share) };
      return share >= full.warning ? [aboutProcess(process, severityOf(share), facts)] : [];
    }),
};
