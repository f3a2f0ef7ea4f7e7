/**
 * vm.overcommit_memory: 1 grants everything and lets the OOM killer pay; 2 refuses memory at CommitLimit, and programs that do not
 * expect that crash. vm.panic_on_oom takes the host down instead of one process.
 */
import type { Check } from '../facts.js';
import { aboutHost, full, percent, severityOf } from '../judging.js';

export const overcommit: Check = {
  needs: [],
  judge: ({ host: { settings, memory } }) => {
    const mode = settings.get('vm.overcommit_memory');
    const panic = settings.get('vm.panic_on_oom') ?? '0';
    const [committed, limit] = [memory.get('Committed_AS'), memory.get('CommitLimit')];
    const share = committed !== undefined && limit ? committed / limit : 0;
    return [
      ...(mode === '1' ? [aboutHost('INFO', { setting: 'vm.overcommit_memory', value: mode })] : []),
      ...(mode === '2' && share >= full.warning
        ? [
            aboutHost(severityOf(share), {
              ...{ setting: 'vm.overcommit_memory', value: mode, percentCommitted: percent(share) },
              ...{ committedBytes: committed ?? null, limitBytes: limit ?? null },
            }),
          ]
        : []),
      ...(panic === '0' ? [] : [aboutHost('WARNING', { setting: 'vm.panic_on_oom', value: panic })]),
    ];
  },
};
