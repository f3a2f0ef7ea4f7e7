/** CAP_KILL without being root: it may signal every process of its user namespace, whoever owns it. Root is expected to. */
import type { Check } from '../facts.js';
import { onePerProgram } from '../judging.js';

const capKill = 1n << 5n;

export const holdsCapKill: Check = {
  needs: ['processes'],
  judge: ({ processes }) =>
    onePerProgram(
      processes.filter(({ euid, capabilities, kernelThread }) => {
        return !kernelThread && euid !== 0 && (capabilities & capKill) !== 0n;
      }),
      ({ euid }) => ({ severity: 'WARNING', facts: { euid, capability: 'CAP_KILL' } }),
    ),
};
