/**
 * The main process of a service that leaves SIGTERM to its default: it is gone at once, in the middle of whatever it does. One that
 * blocks the signal may read it (signalfd, sigwait), so it counts as handling it.
 */
import type { Check } from '../facts.js';
import { has, isMain, onePerProgram, sigterm } from '../judging.js';

export const noSigtermHandler: Check = {
  needs: ['processes', 'units'],
  judge: (facts) =>
    onePerProgram(
      facts.processes.filter(
        (process) =>
          isMain(process, facts) &&
          process.innermostPid !== 1 &&
          [process.caught, process.ignored, process.blocked].every((set) => !has(set, sigterm)),
      ),
      () => ({ severity: 'INFO', facts: { signal: 'SIGTERM', handled: false } }),
    ),
};
