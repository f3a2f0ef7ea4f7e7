/**
 * RLIMIT_NPROC counts threads of a user, not of a process: near it, fork(2) and pthread_create(3) fail with EAGAIN for all that the
 * user runs. Root is exempt. A user namespace counts for itself, so a container's process is judged by what this host sees.
 */
import type { Check, ProcessFacts } from '../facts.js';
import { aboutProcess, full, percent, severityOf } from '../judging.js';

export const processLimit: Check = {
  needs: ['processes', 'limits'],
  judge({ processes }) {
    const threads = new Map<number, number>();
    for (const { uid, threads: own, kernelThread } of processes)
      if (!kernelThread) threads.set(uid, (threads.get(uid) ?? 0) + own);
    const tightest = new Map<number, ProcessFacts>();
    for (const process of processes) {
      const limit = process.limits?.processes;
      const before = tightest.get(process.uid)?.limits?.processes ?? Infinity;
      if (limit !== undefined && process.uid !== 0 && limit < before) tightest.set(process.uid, process);
    }
    return [...tightest].flatMap(([uid, process]) => {
      const limit = process.limits?.processes ?? Infinity;
      const used = threads.get(uid) ?? 0;
      const share = used / limit;
      return share >= full.warning
        ? [aboutProcess(process, severityOf(share), { threadsOfUser: used, limit, percent: percent(share) })]
        : [];
    });
  },
};
