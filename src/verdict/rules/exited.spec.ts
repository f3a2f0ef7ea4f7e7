import { describe, expect, it } from 'vitest';
import { death, guard, kernelMade, sent, worker } from '../example.js';
import { exited } from './exited.js';

describe('exited', () => {
  it('says_that_status_0_is_the_process_own_doing', () => {
    expect(exited.decide(death({ code: 0 }))).toEqual({
      cause: 'EXITED',
      actor: { kind: 'SELF', process: worker.ref },
      confidence: 0.99,
      summary: 'worker (pid 4711) exited by itself with status 0 (success)',
      evidence: [],
    });
  });

  it('lays_a_graceful_stop_at_the_door_of_who_asked_for_it_and_is_less_sure', () => {
    const request = sent(15, guard, { disposition: 'caught', msBefore: 12 });
    const finding = exited.decide(death({ code: 0, signals: [request] }));
    expect(finding).toMatchObject({ actor: { kind: 'PROCESS', process: guard.ref }, confidence: 0.7 });
    expect(finding?.summary).toBe(
      'worker (pid 4711) exited by itself with status 0 (success), 12 ms after SIGTERM from python3 (pid 900, ' +
        '"python3 guard.py") run as root via systemd, which it had caught',
    );
  });

  it.each([
    ['was_ignored', sent(15, guard, { disposition: 'ignored', result: 'ignored' })],
    ['may_be_for_a_reload', sent(1, guard, { disposition: 'caught' })],
    ['nobody_is_known_to_have_sent', sent(15, null, { disposition: 'caught' })],
    ['was_typed', kernelMade(2, { disposition: 'caught' })],
  ])('is_its_own_doing_after_a_request_that_%s', (_, request) => {
    const finding = exited.decide(death({ code: 0, signals: [request] }));
    expect(finding).toMatchObject({ actor: { kind: 'SELF', process: worker.ref }, confidence: 0.7 });
  });

  it('leaves_a_reload_of_last_week_out_of_the_sentence', () => {
    const reload = sent(1, guard, { disposition: 'caught', msBefore: 7 * 86_400_000 });
    expect(exited.decide(death({ code: 0, signals: [reload] }))?.confidence).toBe(0.99);
  });

  it.each([{ code: 1 }, { signal: 9 }, {}, { code: 0, signal: 9 }])('leaves_%j_to_others', (overrides) => {
    expect(exited.decide(death(overrides))).toBeNull();
  });
});
