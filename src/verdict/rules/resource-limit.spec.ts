import { describe, expect, it } from 'vitest';
import { death, guard, kernelMade, sent, worker } from '../example.js';
import { resourceLimit } from './resource-limit.js';

describe('resource-limit', () => {
  it('takes_the_kernel_SIGXCPU_for_the_CPU_limit', () => {
    expect(resourceLimit.decide(death({ signal: 24, signals: [kernelMade(24)] }))).toEqual({
      cause: 'RESOURCE_LIMIT',
      actor: { kind: 'KERNEL', process: null },
      confidence: 0.99,
      summary: expect.objectContaining({
        en:
          'The kernel ended worker (pid 4711) with SIGXCPU: it reached its limit of CPU time (RLIMIT_CPU, or ' +
          'RLIMIT_RTTIME of a real-time task)',
      }),
      evidence: [],
    });
  });

  it.each([
    [4711, 0.99],
    [null, 0.7],
  ])('takes_SIGXFSZ_in_the_victims_own_name_for_the_file_size_limit: thread %s', (thread, confidence) => {
    expect(resourceLimit.decide(death({ signal: 25, signals: [sent(25, worker, { thread })] }))).toMatchObject({
      confidence,
      summary: {
        en: 'The kernel ended worker (pid 4711) with SIGXFSZ: it reached its limit of file size (RLIMIT_FSIZE)',
      },
    });
  });

  it('leaves_sent_ones_to_others', () => {
    expect(resourceLimit.decide(death({ signal: 24, signals: [sent(24, guard)] }))).toBeNull();
    expect(resourceLimit.decide(death({ signal: 25, signals: [sent(25, guard, { thread: 4711 })] }))).toBeNull();
    expect(resourceLimit.decide(death({ signal: 24 }))).toBeNull();
  });
});
