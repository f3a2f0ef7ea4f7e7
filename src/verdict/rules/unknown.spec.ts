import { describe, expect, it } from 'vitest';
import { bash, death, diedAt, guard, kernelMade, oomReport, sent } from '../example.js';
import { unknown } from './unknown.js';

describe('unknown', () => {
  it.each([
    [13, 'The kernel sent SIGPIPE, which ended worker (pid 4711); why is not known'],
    [
      1,
      'The kernel sent SIGHUP, which ended worker (pid 4711); it usually does so when a terminal closes or its session ' +
        'leader ends, but which it was is not known',
    ],
    [
      9,
      'The kernel sent SIGKILL, which ended worker (pid 4711); it usually does so when memory runs out, when the init of ' +
        'a pid namespace ends, or at a hard CPU limit, but which it was is not known',
    ],
  ])('says_that_the_kernel_sent_signal_%i', (signal, summary) => {
    expect(unknown.decide(death({ signal, signals: [kernelMade(signal)] }))).toEqual({
      cause: 'UNKNOWN',
      actor: { kind: 'KERNEL', process: null },
      confidence: 0.5,
      summary: expect.objectContaining({ en: summary }),
      evidence: [],
    });
  });

  it('says_that_the_OOM_killer_chose_it_and_who_asked_for_memory', () => {
    const signal = kernelMade(9, { running: guard });
    expect(unknown.decide(death({ signal: 9, oomKillAt: diedAt - 2_000_000n, signals: [signal] }))).toEqual({
      cause: 'UNKNOWN',
      actor: { kind: 'KERNEL', process: null },
      confidence: 0.6,
      summary: expect.objectContaining({
        en:
          "The kernel's OOM killer chose worker (pid 4711) when python3 (pid 900) asked for memory and ended it with " +
          'SIGKILL; whether the host or a cgroup ran out of memory is not known',
      }),
      evidence: [
        {
          kind: 'signal',
          at: diedAt - 1_000_000n,
          text: 'python3 (pid 900, "python3 guard.py") run as root via systemd was running when the kernel made SIGKILL.',
        },
      ],
    });
  });

  it('believes_the_OOM_record_when_the_signal_was_not_recorded', () => {
    const finding = unknown.decide(death({ signal: 9, oomKillAt: diedAt }));
    expect(finding).toMatchObject({ actor: { kind: 'KERNEL' }, confidence: 0.6 });
  });

  it('does_not_guess_whose_memory_ran_out_when_the_report_does_not_say', () => {
    const report = oomReport({ constraint: null, cgroup: null, memory: [] });
    const finding = unknown.decide(death({ signal: 9, oomReport: report, signals: [kernelMade(9)] }));
    expect(finding).toMatchObject({ cause: 'UNKNOWN', actor: { kind: 'KERNEL' }, confidence: 0.6 });
  });

  it('names_nobody_when_the_signal_was_not_recorded', () => {
    expect(unknown.decide(death({ signal: 9 }))).toEqual({
      cause: 'UNKNOWN',
      actor: { kind: 'UNKNOWN', process: null },
      confidence: 0.2,
      summary: expect.objectContaining({
        en: 'worker (pid 4711) was ended by SIGKILL; the signal itself was not recorded, so who sent it is not known',
      }),
      evidence: [],
    });
  });

  it('does_not_blame_a_later_sender_for_a_signal_that_was_already_pending', () => {
    const late = sent(15, { ...guard, ancestry: [bash] }, { result: 'pending' });
    expect(unknown.decide(death({ signal: 15, signals: [late] })).actor.kind).toBe('UNKNOWN');
  });

  it.each([
    [{}, 'worker (pid 4711) ended; how and why was not seen'],
    [{ code: 0, signal: 9 }, 'worker (pid 4711) ended; the record of how contradicts itself'],
  ])('says_how_little_is_known_of_%j', (overrides, summary) => {
    expect(unknown.decide(death(overrides))).toMatchObject({
      cause: 'UNKNOWN',
      confidence: 0,
      summary: { en: summary },
    });
  });
});
