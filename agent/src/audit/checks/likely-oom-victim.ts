/** If memory ran out now, these would be taken first (/proc/PID/oom_score, the kernel's own ranking); told where it is a service. */
import type { Check } from '../facts.js';
import { aboutProcess, isCritical, isService, programOf } from '../judging.js';

const ranksMax = 3;

export const likelyOomVictim: Check = {
  needs: ['processes', 'oom'],
  judge: ({ processes }) =>
    processes
      .filter(
        ({ oomScore, kernelThread, oomScoreAdj }) => !kernelThread && oomScoreAdj !== -1000 && (oomScore ?? 0) > 0,
      )
      .toSorted((a, b) => (b.oomScore ?? 0) - (a.oomScore ?? 0) || b.residentBytes - a.residentBytes)
      .slice(0, ranksMax)
      .flatMap((process, index) => {
        const isVital = isCritical(process.unit) || isCritical(programOf(process));
        if (!isVital && !isService(process)) return [];
        const { oomScore = 0, oomScoreAdj = 0, residentBytes } = process;
        const facts = { rank: index + 1, oomScore, oomScoreAdj, residentBytes };
        return [aboutProcess(process, isVital ? 'WARNING' : 'INFO', facts)];
      }),
};
