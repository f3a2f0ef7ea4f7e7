import { describe, expect, it } from 'vitest';
import { death, diedAt, guard, kernelMade, sent, worker } from '../example.js';
import { failed } from './failed.js';

describe('failed', () => {
  it.each([
    [1, 'worker (pid 4711) exited by itself with status 1 (customarily: general error)'],
    [2, 'worker (pid 4711) exited by itself with status 2 (customarily: wrong usage)'],
    [3, 'worker (pid 4711) exited by itself with status 3'],
    [78, 'worker (pid 4711) exited by itself with status 78 (customarily: EX_CONFIG, configuration error)'],
    [126, 'worker (pid 4711) exited by itself with status 126 (customarily: command found but not executable)'],
    [127, 'worker (pid 4711) exited by itself with status 127 (customarily: command not found)'],
    [128, 'worker (pid 4711) exited by itself with status 128'],
    [
      137,
      'worker (pid 4711) exited by itself with status 137; that is not a SIGKILL (no signal ended it) and not an OOM kill',
    ],
    [143, 'worker (pid 4711) exited by itself with status 143; that is not a SIGTERM (no signal ended it)'],
    [192, 'worker (pid 4711) exited by itself with status 192; that is not a SIGRTMAX (no signal ended it)'],
    [193, 'worker (pid 4711) exited by itself with status 193'],
  ])('explains_status_%i', (code, summary) => {
    expect(failed.decide(death({ code }))).toMatchObject({
      cause: 'FAILED',
      actor: { kind: 'SELF', process: worker.ref },
      confidence: 0.99,
      summary: { en: summary },
    });
  });

  it.each([
    [137, 'A shell exits with 137 when the command that it ran was ended by SIGKILL.'],
    [
      143,
      'A shell exits with 143 when the command that it ran was ended by SIGTERM, and programs use it to say that they ' +
        'stopped on SIGTERM.',
    ],
  ])('explains_in_the_evidence_where_status_%i_comes_from', (code, text) => {
    expect(failed.decide(death({ code }))?.evidence).toEqual([{ kind: 'exit', at: diedAt, text }]);
  });

  it('does_not_deny_an_oom_kill_of_which_there_is_a_record', () => {
    const summary = failed.decide(death({ code: 137, oomKillAt: diedAt }))?.summary.en;
    expect(summary).toBe(
      'worker (pid 4711) exited by itself with status 137; that is not a SIGKILL (no signal ended it)',
    );
  });

  it('names_the_signal_after_which_it_exited', () => {
    const request = sent(15, guard, { disposition: 'caught', msBefore: 1500 });
    expect(failed.decide(death({ code: 143, signals: [request] }))).toMatchObject({
      actor: { kind: 'PROCESS', process: guard.ref },
      confidence: 0.9,
      summary: {
        en:
          'worker (pid 4711) stopped as asked: it exited with status 143, 1.5 s after ' +
          'SIGTERM from python3 (pid 900, "python3 guard.py") run as root via systemd, which it had caught',
      },
    });
  });

  it('lays_an_exit_after_a_caught_ctrl_C_at_the_door_of_the_terminal', () => {
    const typed = kernelMade(2, { disposition: 'caught' });
    expect(failed.decide(death({ code: 130, signals: [typed] }))).toMatchObject({
      actor: { kind: 'KERNEL' },
      confidence: 0.9,
      summary: {
        en: 'worker (pid 4711) stopped as asked: it exited with status 130, 1 ms after SIGINT from the kernel, which it had caught',
      },
    });
  });

  it.each([{ code: 0 }, { signal: 9 }, {}, { code: 1, signal: 9 }])('leaves_%j_to_others', (overrides) => {
    expect(failed.decide(death(overrides))).toBeNull();
  });
});
