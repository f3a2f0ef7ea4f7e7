/**
 * CGROUP_KILL: somebody wrote to `cgroup.kill`, and the kernel killed every process of that cgroup and of those below it.
 *
 * Kernel: SIGKILL by `send_sig(SIGKILL, task, 0)`, so in the name of whoever wrote, with SI_USER, and directed at a thread.
 * kill(2) directs at the group, and tgkill(2) says SI_TKILL: nothing in user space can make this combination.
 * Mistaken for: kill(2) by the same process (SIGNALED); memory.oom.group, which is SI_KERNEL (OOM_CGROUP).
 * Source: kernel/cgroup/cgroup.c __cgroup_kill, since Linux 5.14. Seen so on 6.18.
 */
import { processInPlace, senderPhrase } from '../describe.js';
import { senderEvidence } from '../evidence.js';
import { fatalSignal } from '../fatal-signal.js';
import type { Rule } from '../rule.js';
import { isFromSelf, siCodes } from '../signal-origin.js';
import { signals } from '../signal-names.js';
import { en, zh } from '../text.js';

export const cgroupKill: Rule = {
  id: 'cgroup-kill',
  decide(facts) {
    const fatal = fatalSignal(facts);
    if (fatal === null || fatal.signal.signal !== signals.SIGKILL) return null;
    const { code, thread, sender } = fatal.signal;
    if (code !== siCodes.SI_USER || sender === null || isFromSelf(fatal.signal, facts.victim)) return null;
    if (thread === null || thread === 'group') return null;
    const victim = processInPlace(facts.victim);
    const who = senderPhrase(fatal.signal, facts);
    return {
      cause: 'CGROUP_KILL',
      actor: { kind: 'KERNEL', process: sender.ref },
      confidence: fatal.confidence,
      summary: {
        en: en`The kernel killed ${victim} with its whole cgroup, because ${who} wrote to cgroup.kill; no cleanup was possible`,
        zh: zh`${victim}连同整个 cgroup 被内核杀死，因为${who}写入了 cgroup.kill；来不及清理`,
      },
      evidence: senderEvidence(fatal.signal),
    };
  },
};
