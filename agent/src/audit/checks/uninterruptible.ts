/** In the kernel and deaf to every signal, at two looks a second apart: a disk, a network file system or a driver does not answer. */
import type { Check } from '../facts.js';
import { aboutProcess } from '../judging.js';

export const uninterruptible: Check = {
  needs: ['processes', 'states'],
  judge: ({ processes }) =>
    processes
      .filter(({ state }) => state === 'D')
      .map((process) => aboutProcess(process, 'WARNING', { waitChannel: process.waitChannel ?? null })),
};
