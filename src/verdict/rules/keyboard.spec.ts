import { describe, expect, it } from 'vitest';
import { death, guard, kernelMade, sent, worker } from '../example.js';
import { keyboard } from './keyboard.js';

const login = { uid: 1000, name: 'alice', session: 3, tty: 'pts/3', source: '10.0.0.5' };

describe('keyboard', () => {
  it.each([
    [2, 'Ctrl-C, typed at its terminal, ended worker (pid 4711) with SIGINT'],
    [3, 'Ctrl-\\, typed at its terminal, ended worker (pid 4711) with SIGQUIT'],
  ])('knows_signal_%i_of_the_terminal_by_its_code', (signal, summary) => {
    expect(keyboard.decide(death({ signal, signals: [kernelMade(signal)] }))).toEqual({
      cause: 'KEYBOARD',
      actor: { kind: 'KERNEL', process: null },
      confidence: 0.99,
      summary: expect.objectContaining({ en: summary }),
      evidence: [],
    });
  });

  it('says_whose_terminal_it_was_where_somebody_had_logged_in', () => {
    const finding = keyboard.decide(death({ signal: 2, signals: [kernelMade(2)], victim: { ...worker, login } }));
    expect(finding?.actor).toEqual({ kind: 'HUMAN', process: null });
    expect(finding?.summary.en).toContain('typed at terminal pts/3 of alice (ssh from 10.0.0.5), ended worker');
  });

  it('leaves_a_sent_SIGINT_and_other_signals_to_others', () => {
    expect(keyboard.decide(death({ signal: 2, signals: [sent(2, guard)] }))).toBeNull();
    expect(keyboard.decide(death({ signal: 2, signals: [sent(2, worker)] }))).toBeNull();
    expect(keyboard.decide(death({ signal: 9, signals: [kernelMade(9)] }))).toBeNull();
    expect(keyboard.decide(death({ code: 130 }))).toBeNull();
  });
});
