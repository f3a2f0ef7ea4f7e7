/** A library's code is mapped and its file is gone: an update that has not reached this process. */
import type { Check } from '../facts.js';
import { isElsewhere, onePerProgram } from '../judging.js';

export const deletedLibrary: Check = {
  needs: ['processes', 'libraries'],
  judge: ({ processes }) =>
    onePerProgram(
      processes.filter(({ deletedLibraries }) => deletedLibraries.length > 0),
      (process) => ({
        severity: 'WARNING',
        facts: {
          library: (process.deletedLibraries[0] ?? '').slice(-512),
          libraries: process.deletedLibraries.length,
          ageSeconds: process.ageSeconds,
          elsewhere: isElsewhere(process),
        },
      }),
    ),
};
