/**
 * Process 1 of a pid namespace gets no signal that it has no handler for, not even SIGTERM (pid_namespaces(7)): `docker stop` waits
 * its whole grace time and then kills. Mostly a program that was written to be no init, or a shell in front of it.
 */
import type { Check } from '../facts.js';
import { aboutProcess, has, sigterm } from '../judging.js';

export const deafContainerInit: Check = {
  needs: ['processes'],
  judge: ({ processes }) =>
    processes
      .filter(
        ({ pid, innermostPid, kernelThread, state, caught, blocked }) =>
          innermostPid === 1 &&
          pid !== 1 &&
          !kernelThread &&
          state !== 'Z' &&
          !has(caught, sigterm) &&
          !has(blocked, sigterm),
      )
      .map((process) => aboutProcess(process, 'WARNING', { pidInside: 1, signal: 'SIGTERM', handled: false })),
};
