import { describe, expect, it } from 'vitest';
import { death, diedAt, kernelMade, kill, process, sent, worker } from './example.js';
import { sameShotEvidence, shotOf } from './same-shot.js';

const nginx = (pid: number) => process({ pid, comm: 'nginx' });
const shot = death({ signal: 9, signals: [sent(9, kill)] });
const textOf = (others: number[], total: number, atLeast = false) =>
  sameShotEvidence({ ...shot, sameShot: { others: others.map(nginx), total, atLeast } }).map(({ text }) => text);

describe('the other victims of the same shot', () => {
  it('are_named_and_the_rest_counted', () => {
    expect(textOf([71, 72], 14)).toEqual(['The same SIGKILL also hit nginx (pid 71), nginx (pid 72) and 12 more.']);
    expect(textOf([71, 72], 2)).toEqual(['The same SIGKILL also hit nginx (pid 71) and nginx (pid 72).']);
    expect(textOf([71], 1)).toEqual(['The same SIGKILL also hit nginx (pid 71).']);
    expect(textOf([71], 1_000, true)).toEqual(['The same SIGKILL also hit nginx (pid 71) and at least 999 more.']);
    expect(textOf([], 0)).toEqual([]);
  });

  it('cannot_forge_the_sentence', () => {
    const others = [process({ pid: 7, comm: 'x, bob (pid 1)' })];
    const [evidence] = sameShotEvidence({ ...shot, sameShot: { others, total: 1, atLeast: false } });
    expect(evidence).toEqual({
      kind: 'also',
      at: diedAt - 1_000_000n,
      text: 'The same SIGKILL also hit "x, bob (pid 1)" (pid 7).',
    });
  });
});

describe('shotOf', () => {
  it('is_the_signal_of_another_that_ended_it_or_asked_it_to_end', () => {
    expect(shotOf(shot)).toBe(shot.signals[0]);
    const stopped = death({ code: 0, signals: [sent(15, kill, { disposition: 'caught' })] });
    expect(shotOf(stopped)).toBe(stopped.signals[0]);
  });

  it('is_none_where_nobody_else_sent_one', () => {
    expect(shotOf(death({ signal: 9, signals: [kernelMade(9)] }))).toBeNull();
    expect(shotOf(death({ signal: 15, signals: [sent(15, worker)] }))).toBeNull();
    expect(shotOf(death({ code: 0 }))).toBeNull();
  });
});
