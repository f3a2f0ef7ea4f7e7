import { describe, expect, it } from 'vitest';
import { alice, death, diedAt, guard, kernelMade, kill, process, sent, worker } from '../example.js';
import { signaled } from './signaled.js';

describe('signaled', () => {
  it('names_the_killer_its_command_line_and_the_person_behind_it', () => {
    expect(signaled.decide(death({ signal: 9, signals: [sent(9, kill)] }))).toEqual({
      cause: 'SIGNALED',
      actor: { kind: 'HUMAN', process: kill.ref },
      confidence: 0.99,
      summary: expect.objectContaining({
        en:
          'SIGKILL from kill (pid 4712, "/bin/kill -9 4711") run by alice via bash ended worker (pid 4711); no cleanup ' +
          'was possible',
      }),
      evidence: [
        {
          kind: 'sender',
          at: diedAt - 1_000_000n,
          text:
            'SIGKILL was sent by kill (pid 4712), command line "/bin/kill -9 4711", executable /usr/bin/kill, user ' +
            'alice, login alice, session 3, terminal pts/0, started by bash (pid 4000) ← systemd (pid 1).',
        },
      ],
    });
  });

  it('names_the_login_behind_root', () => {
    const sudo = { ref: { pid: 4709, start: '1' }, comm: 'sudo', args: [] };
    const pkill = process({
      pid: 4710,
      comm: 'pkill',
      args: ['pkill', '-f', 'my worker'],
      uid: 0,
      userName: 'root',
      login: alice,
      ancestry: [sudo],
    });
    expect(signaled.decide(death({ signal: 15, signals: [sent(15, pkill)] }))?.summary.en).toBe(
      'SIGTERM from pkill (pid 4710, "pkill -f \'my worker\'") run by alice as root via sudo ended worker (pid 4711); ' +
        'it had no handler for it',
    );
  });

  it('says_when_it_was_the_parent', () => {
    const timeout = process({ pid: 4500, comm: 'timeout', args: ['timeout', '1', 'worker'], login: alice });
    expect(signaled.decide(death({ signal: 15, signals: [sent(15, timeout)] }))).toMatchObject({
      actor: { kind: 'PARENT' },
      confidence: 0.99,
      summary: {
        en:
          'SIGTERM from its parent timeout (pid 4500, "timeout 1 worker") run by alice ended worker (pid 4711); it had no ' +
          'handler for it',
      },
    });
  });

  it('tells_an_escalation_with_its_delay', () => {
    const request = sent(15, guard, { disposition: 'ignored', result: 'ignored', msBefore: 10_001 });
    const finding = signaled.decide(death({ signal: 9, signals: [request, sent(9, guard)] }));
    expect(finding?.summary.en).toBe(
      'SIGKILL from python3 (pid 900, "python3 guard.py") run as root via systemd ended worker (pid 4711), 10 s after ' +
        'SIGTERM from the same sender, which it had ignored; no cleanup was possible',
    );
  });

  it('names_both_when_one_asked_and_another_killed', () => {
    const request = sent(15, kill, { disposition: 'caught', msBefore: 2001 });
    const finding = signaled.decide(death({ signal: 9, signals: [request, sent(9, guard)] }));
    expect(finding?.actor).toEqual({ kind: 'PROCESS', process: guard.ref });
    expect(finding?.summary.en).toContain(
      ', 2.0 s after SIGTERM from kill (pid 4712, "/bin/kill -9 4711") run by alice via bash, which it had caught; ',
    );
  });

  it('says_itself_for_raise', () => {
    const facts = death({ signal: 15, signals: [sent(15, worker, { code: -6, thread: 4711 })] });
    expect(signaled.decide(facts)).toMatchObject({
      actor: { kind: 'SELF', process: worker.ref },
      confidence: 0.99,
      summary: { en: 'worker (pid 4711) ended itself with SIGTERM' },
    });
  });

  it('names_who_sent_the_signal_that_a_handler_raised_again', () => {
    const request = sent(15, guard, { disposition: 'caught', msBefore: 13 });
    const facts = death({ signal: 15, signals: [request, sent(15, worker, { code: -6, thread: 4711 })] });
    expect(signaled.decide(facts)?.summary.en).toBe(
      'worker (pid 4711) ended itself with SIGTERM, 12 ms after SIGTERM from python3 (pid 900, "python3 guard.py") run as ' +
        'root via systemd, which it had caught',
    );
  });

  it.each([11, 6])('says_that_a_sent_signal_%i_is_no_crash', (signal) => {
    const finding = signaled.decide(death({ signal, signals: [sent(signal, guard)] }));
    expect(finding?.actor.kind).toBe('PROCESS');
    expect(finding?.summary.en).toMatch(/ ended worker \(pid 4711\); it was sent, so this is not a crash$/);
  });

  it('doubts_a_crash_signal_that_the_process_sent_to_itself', () => {
    const facts = death({ signal: 11, signals: [sent(11, worker, { code: -6, thread: 4711 })] });
    expect(signaled.decide(facts)).toMatchObject({ actor: { kind: 'SELF' }, confidence: 0.7 });
  });

  it('says_that_the_sender_is_unknown_when_it_was_not_recorded', () => {
    expect(signaled.decide(death({ signal: 9, signals: [sent(9, null)] }))).toEqual({
      cause: 'SIGNALED',
      actor: { kind: 'UNKNOWN', process: null },
      confidence: 0.5,
      summary: expect.objectContaining({
        en: 'SIGKILL from an unknown sender ended worker (pid 4711); no cleanup was possible',
      }),
      evidence: [],
    });
  });

  it('shortens_a_very_long_command_line_in_the_summary_and_not_in_the_evidence', () => {
    const args = ['kill', '-9', ...Array.from({ length: 400 }, (_, index) => `${10_000 + index}`)];
    const finding = signaled.decide(death({ signal: 9, signals: [sent(9, { ...kill, args })] }));
    expect(finding?.summary.en.length).toBeLessThan(320);
    expect(finding?.summary.en).toContain('10000 10001');
    expect(finding?.summary.en).toContain('…"');
    expect(finding?.evidence[0]?.text).toContain('10399"');
  });

  it('does_not_let_a_process_name_forge_the_sentence', () => {
    const liar = process({
      pid: 66,
      comm: 'x) run by bob',
      args: ['a" run by bob', '\u202e\n'],
      uid: null,
      userName: null,
    });
    expect(signaled.decide(death({ signal: 9, signals: [sent(9, liar)] }))?.summary.en).toBe(
      'SIGKILL from "x) run by bob" (pid 66, "\'a\\" run by bob\' \'\\u{202e}\\n\'") ended worker (pid 4711); no cleanup ' +
        'was possible',
    );
  });

  it('leaves_what_the_kernel_made_to_others', () => {
    expect(signaled.decide(death({ signal: 9, signals: [kernelMade(9)] }))).toBeNull();
    expect(signaled.decide(death({ signal: 13, signals: [sent(13, worker, { thread: 4711 })] }))).toBeNull();
    expect(signaled.decide(death({ signal: 9 }))).toBeNull();
  });
});
