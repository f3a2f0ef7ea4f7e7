import { describe, expect, it } from 'vitest';
import { death, guard, kernelMade, sent } from '../example.js';
import { seccomp } from './seccomp.js';

describe('seccomp', () => {
  it('takes_SIGSYS_with_SYS_SECCOMP', () => {
    expect(seccomp.decide(death({ signal: 31, signals: [kernelMade(31, { code: 1 })] }))).toEqual({
      cause: 'SECCOMP',
      actor: { kind: 'KERNEL', process: null },
      confidence: 0.99,
      summary: expect.objectContaining({
        en: 'The kernel ended worker (pid 4711) with SIGSYS: a seccomp filter forbade a system call that it made',
      }),
      evidence: [],
    });
  });

  it('leaves_other_SIGSYS_to_others', () => {
    expect(seccomp.decide(death({ signal: 31, signals: [kernelMade(31, { code: 2 })] }))).toBeNull();
    expect(seccomp.decide(death({ signal: 31, signals: [sent(31, guard)] }))).toBeNull();
    expect(seccomp.decide(death({ signal: 31 }))).toBeNull();
  });
});
