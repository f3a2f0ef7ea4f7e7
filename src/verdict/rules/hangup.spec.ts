import { describe, expect, it } from 'vitest';
import { bash, death, diedAt, guard, kernelMade, sent, shell, worker } from '../example.js';
import { hangup } from './hangup.js';

describe('hangup', () => {
  it('knows_the_terminal_by_the_code_of_its_SIGHUP', () => {
    expect(hangup.decide(death({ signal: 1, signals: [kernelMade(1)] }))).toEqual({
      cause: 'HANGUP',
      actor: { kind: 'KERNEL', process: null },
      confidence: 0.99,
      summary: expect.objectContaining({
        en: 'SIGHUP ended worker (pid 4711): its terminal was closed, or the session on it ended; nohup, setsid or a service would have kept it',
      }),
      evidence: [],
    });
  });

  it('names_the_terminal_where_it_is_known', () => {
    const login = { uid: 1000, name: null, session: 3, tty: null, source: null };
    const finding = hangup.decide(death({ signal: 1, signals: [kernelMade(1)], victim: { ...worker, login } }));
    expect(finding?.summary.en).toContain('the terminal of uid 1000 was closed');
  });

  it('knows_a_shell_that_passes_it_on_to_its_job', () => {
    const signals = [sent(1, shell, { passedOn: diedAt - 2_000_000n })];
    const job = { ...worker, ancestry: [bash] };
    expect(hangup.decide(death({ signal: 1, signals, victim: job }))).toMatchObject({
      cause: 'HANGUP',
      actor: { kind: 'KERNEL', process: null },
      confidence: 0.9,
      summary: {
        en: expect.stringContaining('or the session on it ended, and bash (pid 4000) passed that on; nohup'),
        zh: expect.stringContaining('或其上的会话已结束，并由 bash（pid 4000）转发；'),
      },
      evidence: [{ kind: 'sender' }],
    });
    expect(hangup.decide(death({ signal: 1, signals, victim: worker }))).toBeNull();
    expect(hangup.decide(death({ signal: 1, signals: [sent(1, shell)], victim: job }))).toBeNull();
  });

  it('leaves_a_sent_SIGHUP_to_others', () => {
    expect(hangup.decide(death({ signal: 1, signals: [sent(1, guard)] }))).toBeNull();
    expect(hangup.decide(death({ signal: 15, signals: [kernelMade(15)] }))).toBeNull();
  });
});
