/**
 * A parent that ignores SIGCHLD: the kernel throws its children's exit statuses away (sigaction(2)), so nobody learns that one
 * crashed; and what it starts inherits that, where a program's own waits then fail with ECHILD.
 */
import type { Check } from '../facts.js';
import { has, onePerProgram, sigchld } from '../judging.js';

export const sigchldIgnored: Check = {
  needs: ['processes'],
  judge({ processes }) {
    const parents = new Set(processes.map(({ parentPid }) => parentPid));
    return onePerProgram(
      processes.filter(
        ({ pid, ignored, kernelThread, exe }) =>
          !kernelThread && exe !== undefined && parents.has(pid) && has(ignored, sigchld),
      ),
      ({ pid }) => ({
        severity: 'INFO',
        facts: { signal: 'SIGCHLD', children: processes.filter(({ parentPid }) => parentPid === pid).length },
      }),
    );
  },
};
