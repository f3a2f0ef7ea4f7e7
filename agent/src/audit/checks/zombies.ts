/** Processes that have ended and whose parent has not asked how: one finding for each parent, who is who has to be dealt with. */
import type { Check, ProcessFacts } from '../facts.js';
import { aboutProcess } from '../judging.js';

const manyFrom = 100;
const pidsShownMax = 20;

export const zombies: Check = {
  needs: ['processes', 'states'],
  judge: ({ processes }) => {
    const byParent = new Map<number, ProcessFacts[]>();
    for (const process of processes)
      if (process.state === 'Z') byParent.set(process.parentPid, [...(byParent.get(process.parentPid) ?? []), process]);
    return [...byParent].map(([parentPid, dead]) => {
      // A parent that the scan missed has just gone, and init takes the zombies.
      const parent = processes.find(({ pid }) => pid === parentPid);
      const pids = dead.slice(0, pidsShownMax).map(({ pid }) => pid);
      const facts = { zombies: dead.length, pids: pids.join(' '), comm: dead[0]?.comm ?? '' };
      const about = parent ?? dead[0]!;
      return aboutProcess(about, dead.length >= manyFrom ? 'CRITICAL' : 'WARNING', facts);
    });
  },
};
