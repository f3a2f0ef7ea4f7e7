/**
 * NAMESPACE_TEARDOWN: the init of its pid namespace ended, and the kernel killed all that was left in there.
 *
 * Kernel: SIGKILL with SI_KERNEL while that init is running, on its way out. It is an ancestor of all that was forked in the
 * namespace; whoever came in from outside (nsenter, an exec into a container) is not its descendant and stays UNKNOWN.
 * Mistaken for: an OOM kill for which an ancestor had asked for memory (it has a mark of its own); a container that is stopped
 * by its runtime, which kills that init first: its own death says who did.
 * Source: kernel/pid_namespace.c zap_pid_ns_processes.
 */
import { certainty, weakest } from '../confidence.js';
import { processInPlace, processInvocation } from '../describe.js';
import { runningEvidence } from '../evidence.js';
import { fatalSignal } from '../fatal-signal.js';
import type { Rule } from '../rule.js';
import { isKernelMade, isSame, siCodes } from '../signal-origin.js';
import { signals } from '../signal-names.js';
import { en, zh } from '../text.js';

export const namespaceTeardown: Rule = {
  id: 'namespace-teardown',
  decide(facts) {
    const { victim, oomKillAt, oomReport } = facts;
    const fatal = fatalSignal(facts);
    if (fatal === null || oomKillAt !== null || oomReport !== null || !isKernelMade(fatal.signal, victim)) return null;
    const { signal, code, running } = fatal.signal;
    if (signal !== signals.SIGKILL || code !== siCodes.SI_KERNEL || running === null) return null;
    if (!victim.ancestry.some(({ ref }) => isSame(ref, running.ref))) return null;
    const [killed, init] = [processInPlace(victim), processInvocation(running)];
    return {
      cause: 'NAMESPACE_TEARDOWN',
      actor: { kind: 'KERNEL', process: running.ref },
      confidence: weakest(fatal.confidence, certainty.namespaceInferred),
      summary: {
        en: en`The kernel killed ${killed}, because ${init}, the init of its pid namespace, had ended`,
        zh: zh`${killed}被内核杀死，因为其 pid 命名空间的 init 已结束：${init}`,
      },
      evidence: runningEvidence(fatal.signal),
    };
  },
};
