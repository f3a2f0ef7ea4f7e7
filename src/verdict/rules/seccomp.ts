/**
 * SECCOMP: a seccomp filter forbade a system call that it made.
 *
 * Kernel: SIGSYS with SYS_SECCOMP. Since 5.16 for SECCOMP_RET_KILL_PROCESS too; older kernels end the process without
 * generating a signal, and then only the exit status shows SIGSYS (UNKNOWN).
 * Mistaken for: SIGSYS that somebody sent; SYS_USER_DISPATCH, which the process asked for.
 * Source: kernel/seccomp.c __seccomp_filter, seccomp(2).
 */
import { theKernel } from '../actor.js';
import { processInPlace } from '../describe.js';
import { fatalSignal } from '../fatal-signal.js';
import type { Rule } from '../rule.js';
import { sysSeccomp } from '../si-code-names.js';
import { isKernelMade } from '../signal-origin.js';
import { signals } from '../signal-names.js';
import { en, zh } from '../text.js';

export const seccomp: Rule = {
  id: 'seccomp',
  decide(facts) {
    const fatal = fatalSignal(facts);
    if (fatal === null || fatal.signal.signal !== signals.SIGSYS || fatal.signal.code !== sysSeccomp) return null;
    if (!isKernelMade(fatal.signal, facts.victim)) return null;
    const victim = processInPlace(facts.victim);
    return {
      cause: 'SECCOMP',
      actor: theKernel,
      confidence: fatal.confidence,
      summary: {
        en: en`The kernel ended ${victim} with SIGSYS: a seccomp filter forbade a system call that it made`,
        zh: zh`${victim}被内核用 SIGSYS 终止：它发起的系统调用被 seccomp 过滤器禁止`,
      },
      evidence: [],
    };
  },
};
