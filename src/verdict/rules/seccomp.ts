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

export const seccomp: Rule = {
  id: 'seccomp',
  decide(facts) {
    const fatal = fatalSignal(facts);
    if (fatal === null || fatal.signal.signal !== signals.SIGSYS || fatal.signal.code !== sysSeccomp) return null;
    if (!isKernelMade(fatal.signal, facts.victim)) return null;
    return {
      cause: 'SECCOMP',
      actor: theKernel,
      confidence: fatal.confidence,
      summary: `The kernel ended ${processInPlace(facts.victim)} with SIGSYS: a seccomp filter forbade a system call that it made`,
      evidence: [],
    };
  },
};
