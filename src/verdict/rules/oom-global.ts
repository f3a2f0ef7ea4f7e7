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
import { type Text } from '../text.js';

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

function reasonOf({ constraint }: OomReportFacts): Text | null {
  switch (constraint) {
    case 'none':
      return { en: 'the host ran out of memory', zh: '主机内存耗尽' };
    case 'cpuset':
      return { en: 'memory ran out on the nodes that a cpuset allows', zh: 'cpuset 允许的节点内存耗尽' };
    case 'memory-policy':
      return { en: 'memory ran out on the nodes that a memory policy allows', zh: '内存策略允许的节点内存耗尽' };
    default:
      return null;
  }
}
