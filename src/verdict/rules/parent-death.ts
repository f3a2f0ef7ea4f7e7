/**
 * PARENT_DEATH: it had asked for a signal at the end of its parent (prctl(2), PR_SET_PDEATHSIG), and the parent ended.
 *
 * Kernel: any signal, in the name of the parent, with SI_USER and directed at the group, as from kill(2); but after the
 * parent's end is recorded. Who has ended calls no kill(2).
 * Mistaken for: a parent that sends it as its last act (SIGNALED). Where only the thread ends that started the process,
 * which asks for the signal too, the parent lives on, and it looks like kill(2) by the parent.
 * Source: kernel/exit.c forget_original_parent; prctl(2). Seen so on 6.18.
 */
import { certainty, weakest } from '../confidence.js';
import { itsParent, processInPlace, processInvocation } from '../describe.js';
import { senderEvidence } from '../evidence.js';
import { fatalSignal } from '../fatal-signal.js';
import type { Rule } from '../rule.js';
import { isFromSelf, siCodes } from '../signal-origin.js';
import { signalName } from '../signal-names.js';
import { en, zh } from '../text.js';

export const parentDeath: Rule = {
  id: 'parent-death',
  decide(facts) {
    const fatal = fatalSignal(facts);
    if (fatal === null || isFromSelf(fatal.signal, facts.victim)) return null;
    const { code, thread, sender, at } = fatal.signal;
    if (code !== siCodes.SI_USER || (thread ?? 'group') !== 'group' || sender === null) return null;
    if (sender.ended === null || sender.ended === 'not yet' || sender.ended > at) return null;
    const [victim, name] = [processInPlace(facts.victim), signalName(fatal.signal.signal)];
    const parent = processInvocation(sender, false, itsParent);
    return {
      cause: 'PARENT_DEATH',
      actor: { kind: 'KERNEL', process: sender.ref },
      confidence: weakest(fatal.confidence, thread === null ? certainty.threadMissing : certainty.exact),
      summary: {
        en: en`The kernel ended ${victim} with ${name}, because ${parent} had ended: it had asked for that (parent-death signal)`,
        zh: zh`${victim}被内核用 ${name} 终止，因为${parent}已结束：该进程曾请求在父进程结束时收到此信号（PR_SET_PDEATHSIG）`,
      },
      evidence: senderEvidence(fatal.signal),
    };
  },
};
