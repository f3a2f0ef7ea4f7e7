import { describe, expect, it } from 'vitest';
import { death, guard, sent, worker } from '../example.js';
import { aborted } from './aborted.js';

describe('aborted', () => {
  it.each([
    ['abort() by tgkill', -6, 4711],
    ['kill(getpid())', 0, null],
  ])('takes_SIGABRT_from_the_process_itself: %s', (_, code, thread) => {
    const facts = death({ signal: 6, coreDumped: true, signals: [sent(6, worker, { code, thread })] });
    expect(aborted.decide(facts)).toEqual({
      cause: 'ABORTED',
      actor: { kind: 'SELF', process: worker.ref },
      confidence: 0.99,
      summary: expect.objectContaining({
        en:
          'worker (pid 4711) aborted itself with SIGABRT (abort(), a failed assertion or an unhandled error in its own ' +
          'code); a core was dumped',
      }),
      evidence: [],
    });
  });

  it('names_who_sent_the_SIGABRT_that_its_handler_passed_on', () => {
    const request = sent(6, guard, { disposition: 'caught', msBefore: 5 });
    const facts = death({ signal: 6, signals: [request, sent(6, worker, { code: -6, thread: 4711 })] });
    expect(aborted.decide(facts)?.summary.en).toContain(
      ', 4 ms after SIGABRT from python3 (pid 900, "python3 guard.py") run as root via systemd, which it had caught; ',
    );
  });

  it('leaves_SIGABRT_from_another_or_nobody_to_others', () => {
    expect(aborted.decide(death({ signal: 6, signals: [sent(6, guard)] }))).toBeNull();
    expect(aborted.decide(death({ signal: 6, signals: [sent(6, null, { code: -6 })] }))).toBeNull();
    expect(aborted.decide(death({ signal: 6 }))).toBeNull();
  });
});
