import { describe, expect, it } from 'vitest';
import { death, guard, kernelMade, limit, oomReport, sent, worker } from '../example.js';
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

  it.each([
    ['cpu' as const, 60, 'its soft limit of 60 s of CPU time (RLIMIT_CPU; hard limit: 90 s;'],
    [
      'real-time' as const,
      200_000,
      'its soft limit of 200 ms of CPU time of a real-time task without a blocking call (',
    ],
  ])('tells_the_value_of_the_limit_%s', (resource, soft, said) => {
    const signal = kernelMade(24, { running: worker, reachedLimit: limit(resource, soft, 90, 60_000_000_000n) });
    const finding = resourceLimit.decide(death({ signal: 24, signals: [signal] }));
    expect(finding?.summary.en).toContain(`: it reached ${said}`);
    expect(finding?.evidence).toMatchObject([{ kind: 'limit', at: signal.at }]);
  });

  it('tells_the_value_of_a_file_size_to_the_byte_in_the_evidence', () => {
    const signal = sent(25, worker, { thread: 4711, reachedLimit: limit('file-size', 1_000_000, null, null) });
    const finding = resourceLimit.decide(death({ signal: 25, signals: [signal] }));
    expect(finding?.summary.en).toContain('its soft limit of 977 KiB of file size (RLIMIT_FSIZE; no hard limit;');
    expect(finding?.evidence.map(({ text }) => text)).toEqual([
      'RLIMIT_FSIZE of worker (pid 4711) was 1000000 bytes (soft) and unlimited (hard) at that instant.',
    ]);
  });

  const killed = (hard: number | null, used: bigint | null, changes: Parameters<typeof death>[0] = {}) => {
    const signal = kernelMade(9, { running: worker, reachedLimit: limit('cpu', 1, hard, used) });
    return resourceLimit.decide(death({ signal: 9, signals: [signal], ...changes }));
  };

  it('takes_a_SIGKILL_of_the_kernel_for_the_hard_CPU_limit_once_that_is_used_up', () => {
    expect(killed(2, 1_990_000_000n)).toMatchObject({
      cause: 'RESOURCE_LIMIT',
      confidence: 0.9,
      summary: {
        en:
          'The kernel killed worker (pid 4711) with SIGKILL: it reached its hard limit of 2 s of CPU time (RLIMIT_CPU; ' +
          'ulimit -t or LimitCPU= sets it); no cleanup was possible',
      },
    });
    expect(killed(2, 1_700_000_000n)).toBeNull();
    expect(killed(2, null)).toBeNull();
    expect(killed(null, 2_000_000_000n)).toBeNull();
  });

  it('leaves_a_SIGKILL_to_the_OOM_killer_and_to_whoever_was_running', () => {
    expect(killed(2, 2_000_000_000n, { oomReport: oomReport() })).toBeNull();
    expect(killed(2, 2_000_000_000n, { oomKillAt: 1n })).toBeNull();
    const signal = kernelMade(9, { running: guard, reachedLimit: limit('cpu', 1, 2, 2_000_000_000n) });
    expect(resourceLimit.decide(death({ signal: 9, signals: [signal] }))).toBeNull();
  });

  it('leaves_sent_ones_to_others', () => {
    expect(resourceLimit.decide(death({ signal: 24, signals: [sent(24, guard)] }))).toBeNull();
    expect(resourceLimit.decide(death({ signal: 25, signals: [sent(25, guard, { thread: 4711 })] }))).toBeNull();
    expect(resourceLimit.decide(death({ signal: 24 }))).toBeNull();
  });
});
