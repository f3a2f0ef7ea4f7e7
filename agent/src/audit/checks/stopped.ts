/** Stopped by a signal and forgotten (Ctrl-Z, kill -STOP): it holds its locks, memory and connections. Traced ones have their debugger. */
import type { Check } from '../facts.js';
import { aboutProcess } from '../judging.js';

export const stopped: Check = {
  needs: ['processes', 'states'],
  judge: ({ processes }) =>
    processes
      .filter(({ state }) => state === 'T')
      .map((process) => aboutProcess(process, 'WARNING', { hasTerminal: process.hasTerminal })),
};
