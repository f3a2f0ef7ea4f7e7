/**
 * OOM_GLOBAL: the host, or the memory nodes that an allocation may use, ran out of memory, and the kernel chose it.
 *
 * Kernel: a report of the OOM killer with CONSTRAINT_NONE, _CPUSET or _MEMORY_POLICY that names it, and SIGKILL of the
 * kernel's own making. For the last two, other nodes may have memory left.
 * Mistaken for: any SIGKILL (exit status 137 of its shell); a cgroup at its limit (OOM_CGROUP); earlyoom or systemd-oomd, which
 * kill from user space (SIGNALED, with them as the sender).
 * Source: mm/oom_kill.c constrained_alloc, out_of_memory.
 */
import { theKernel } from '../actor.js';
import type { OomReportFacts } from '../facts.js';
import { oomKill, oomSentence } from '../oom-kill.js';
import type { Rule } from '../rule.js';

export const oomGlobal: Rule = {
  id: 'oom-global',
  decide(facts) {
    const kill = oomKill(facts);
    const because = kill && reasonOf(kill.report);
    if (kill === null || because === null) return null;
    return {
      cause: 'OOM_GLOBAL',
      actor: theKernel,
      confidence: kill.confidence,
      summary: oomSentence(facts, kill.report, because),
      evidence: [],
    };
  },
};

function reasonOf({ constraint }: OomReportFacts): string | null {
  switch (constraint) {
    case 'none':
      return 'the host ran out of memory';
    case 'cpuset':
      return 'memory ran out on the nodes that a cpuset allows';
    case 'memory-policy':
      return 'memory ran out on the nodes that a memory policy allows';
    default:
      return null;
  }
}
