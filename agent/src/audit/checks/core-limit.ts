/**
 * RLIMIT_CORE of 0 on a service: its crash leaves no core. It holds for files, and systemd-coredump keeps to it; other handlers behind
 * a pipe do not know it.
 */
import type { Check } from '../facts.js';
import { isMain, onePerProgram } from '../judging.js';

export const coreLimit: Check = {
  needs: ['processes', 'limits', 'units'],
  judge(facts) {
    const pattern = facts.host.settings.get('kernel.core_pattern') ?? '';
    if (pattern.startsWith('|') && !pattern.includes('/systemd-coredump')) return [];
    return onePerProgram(
      facts.processes.filter((process) => isMain(process, facts) && process.limits?.core === 0),
      () => ({ severity: 'INFO', facts: { coreLimitBytes: 0, corePattern: pattern } }),
    );
  },
};
