import { describe, expect, it } from 'vitest';
import { death, guard, kernelMade, sent, worker } from '../example.js';
import { timer } from './timer.js';

describe('timer', () => {
  it.each([
    [14, 128, 'SIGALRM: a timer that it had set itself (alarm or setitimer) ran out'],
    [26, 128, 'SIGVTALRM: a timer that it had set itself (setitimer, ITIMER_VIRTUAL) ran out'],
    [27, 128, 'SIGPROF: a timer that it had set itself (setitimer, ITIMER_PROF) ran out'],
    [34, -2, 'SIGRTMIN: a timer that it had set itself (timer_create) ran out'],
  ])('takes_signal_%i_with_code_%i', (signal, code, words) => {
    expect(timer.decide(death({ signal, signals: [kernelMade(signal, { code })] }))).toEqual({
      cause: 'TIMER',
      actor: { kind: 'SELF', process: worker.ref },
      confidence: 0.99,
      summary: expect.objectContaining({ en: `worker (pid 4711) was ended by ${words}` }),
      evidence: [],
    });
  });

  it('leaves_a_sent_SIGALRM_and_a_forged_SI_TIMER_to_others', () => {
    expect(timer.decide(death({ signal: 14, signals: [sent(14, guard)] }))).toBeNull();
    expect(timer.decide(death({ signal: 14, signals: [sent(14, guard, { code: -2 })] }))).toBeNull();
    expect(timer.decide(death({ signal: 9, signals: [kernelMade(9)] }))).toBeNull();
  });
});
