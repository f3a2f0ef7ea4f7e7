/**
 * Settings with which an OOM kill leaves less behind than it could: no table of candidates (vm.oom_dump_tasks=0), a victim that is
 * merely whoever asked (vm.oom_kill_allocating_task=1), a journal that does not read the kernel log.
 */
import type { Check } from '../facts.js';
import { aboutHost } from '../judging.js';

export const kernelLogHidesOom: Check = {
  needs: [],
  judge({ host: { settings, journaldConfig } }) {
    const found = [
      ['vm.oom_dump_tasks', settings.get('vm.oom_dump_tasks'), '0'],
      ['vm.oom_kill_allocating_task', settings.get('vm.oom_kill_allocating_task'), '1'],
      ['journald.conf ReadKMsg', journaldConfig?.get('ReadKMsg'), 'no'],
    ] as const;
    return found
      .filter(([, value, hiding]) => value === hiding)
      .map(([setting, value]) => aboutHost('WARNING', { setting, value: value ?? '' }));
  },
};
