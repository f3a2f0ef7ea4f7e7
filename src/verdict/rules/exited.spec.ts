import { describe, expect, it } from 'vitest';
import { command, death, guard, sent, service, worker } from '../example.js';
import { exited } from './exited.js';

describe('exited', () => {
  it('says_that_status_0_is_the_process_own_doing', () => {
    expect(exited.decide(death({ code: 0 }))).toEqual({
      cause: 'EXITED',
      actor: { kind: 'SELF', process: worker.ref },
      confidence: 0.99,
      summary: expect.objectContaining({ en: 'worker (pid 4711) exited by itself with status 0 (success)' }),
      evidence: [],
    });
  });

  it('lays_a_graceful_stop_at_the_door_of_whoever_asked', () => {
    const request = sent(15, guard, { disposition: 'caught', msBefore: 12 });
    const finding = exited.decide(death({ code: 0, signals: [request] }));
    expect(finding).toMatchObject({ actor: { kind: 'PROCESS', process: guard.ref }, confidence: 0.7 });
    expect(finding?.summary.en).toBe(
      'worker (pid 4711) stopped as asked: it exited with status 0 (success), 12 ms after SIGTERM from python3 (pid 900, ' +
        '"python3 guard.py") run as root via systemd, which it had caught',
    );
  });

  it('names_a_request_to_systemd_when_no_signal_was_seen_and_is_less_sure', () => {
    const requests = [command(['systemctl', 'stop', 'redis-server'], 150)];
    expect(exited.decide(death({ victim: service, code: 0, requests }))).toMatchObject({
      confidence: 0.7,
      summary: {
        en:
          'redis-server (pid 4711) of redis-server.service exited by itself with status 0 (success), 150 ms after alice ' +
          '(pts/0) ran "systemctl stop redis-server"',
      },
    });
    expect(exited.decide(death({ code: 0, requests }))?.confidence).toBe(0.99);
  });

  it('leaves_a_reload_of_last_week_out_of_the_sentence', () => {
    const reload = sent(1, guard, { disposition: 'caught', msBefore: 7 * 86_400_000 });
    expect(exited.decide(death({ code: 0, signals: [reload] }))?.confidence).toBe(0.99);
  });

  it.each([
    ['ignored', sent(15, guard, { disposition: 'ignored', result: 'ignored' })],
    ['a reload', sent(1, guard, { disposition: 'caught' })],
    ['stacks', sent(3, guard, { disposition: 'caught' })],
    ['long ago', sent(15, guard, { disposition: 'caught', msBefore: 200_000 })],
  ])('names_a_request_that_it_need_not_have_followed_and_is_less_sure: %s', (_, request) => {
    expect(exited.decide(death({ code: 0, signals: [request] }))).toMatchObject({
      actor: { kind: 'SELF' },
      confidence: 0.7,
      summary: {
        en: expect.stringMatching(
          / exited by itself with status 0 \(success\), .* after SIG(TERM|HUP|QUIT) from python3/,
        ),
      },
    });
  });

  it.each([{ code: 1 }, { signal: 9 }, {}, { code: 0, signal: 9 }])('leaves_%j_to_others', (overrides) => {
    expect(exited.decide(death(overrides))).toBeNull();
  });
});
