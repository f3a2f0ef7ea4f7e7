/**
 * A service that ignores SIGTERM: a stop takes as long as its timeout and ends in SIGKILL, with whatever was unsaved. SigIgn of
 * /proc/PID/status. Interactive shells ignore it by design: what has a terminal is left out.
 */
import type { Check } from '../facts.js';
import { has, isDaemon, onePerProgram, sigterm } from '../judging.js';

export const ignoresSigterm: Check = {
  needs: ['processes'],
  judge: (facts) =>
    onePerProgram(
      facts.processes.filter((process) => isDaemon(process, facts) && has(process.ignored, sigterm)),
      () => ({ severity: 'WARNING', facts: { signal: 'SIGTERM', ignored: true } }),
    ),
};
