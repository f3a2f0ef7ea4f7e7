/**
 * OOM_CGROUP: its cgroup, or one above it, reached its memory limit, and the kernel chose it to make room.
 *
 * Kernel: a report of the OOM killer with CONSTRAINT_MEMCG that names it, and SIGKILL of the kernel's own making. With
 * memory.oom.group the whole cgroup is killed.
 * Mistaken for: any SIGKILL (exit status 137 of its shell); a host out of memory (OOM_GLOBAL); systemd-oomd, which kills from
 * user space (SIGNALED, with it as the sender). Without the report, mark_victim alone does not tell host from cgroup (UNKNOWN).
 * Source: mm/oom_kill.c dump_oom_victim, mm/memcontrol.c mem_cgroup_print_oom_context.
 */
import { theKernel } from '../actor.js';
import { isOfCgroup, limitClause, oomKill, oomSentence } from '../oom-kill.js';
import type { Rule } from '../rule.js';

export const oomCgroup: Rule = {
  id: 'oom-cgroup',
  decide(facts) {
    const kill = oomKill(facts);
    if (kill === null || !isOfCgroup(kill.report)) return null;
    return {
      cause: 'OOM_CGROUP',
      actor: theKernel,
      confidence: kill.confidence,
      summary: oomSentence(facts, kill.report, limitClause(kill.report)),
      evidence: [],
    };
  },
};
