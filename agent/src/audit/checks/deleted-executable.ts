/** Its program's file was replaced or removed: it runs the old one, with the holes that the update was to close, until it is restarted. */
import type { Check } from '../facts.js';
import { isElsewhere, onePerProgram } from '../judging.js';

export const deletedExecutable: Check = {
  needs: ['processes'],
  judge: ({ processes }) =>
    onePerProgram(
      // memfd: a program that never had a file.
      processes.filter(({ exeDeleted, exe }) => exeDeleted && exe?.startsWith('/memfd:') !== true),
      (process) => ({
        severity: 'WARNING',
        facts: { ageSeconds: process.ageSeconds, elsewhere: isElsewhere(process) },
      }),
    ),
};
