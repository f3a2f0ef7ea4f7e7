import { describe, expect, it } from 'vitest';
import { death, guard, kernelMade, kill, sent, worker } from './example.js';
import type { SignalFacts } from './facts.js';
import { fatalSignal } from './fatal-signal.js';

const among = (signal: number, ...signals: readonly SignalFacts[]) => fatalSignal(death({ signal, signals }));

describe('fatalSignal', () => {
  it('believes_the_exit_status_about_the_number', () => {
    const term = sent(15, kill);
    expect(among(15, term, sent(9, guard))?.signal).toBe(term);
    expect(among(9, term)).toBeNull();
  });

  it('takes_the_first_SIGKILL_and_is_less_sure_with_two_senders', () => {
    const first = sent(9, kill, { msBefore: 3 });
    expect(among(9, first, sent(9, guard))).toEqual({ signal: first, confidence: 0.8 });
    expect(among(9, first, sent(9, kill))).toEqual({ signal: first, confidence: 0.99 });
  });

  it('acquits_a_sender_whose_signal_was_pending_ignored_or_not_queued', () => {
    const deadly = sent(15, kill, { msBefore: 3 });
    for (const result of ['pending', 'ignored', 'overflow'] as const) {
      expect(among(15, deadly, sent(15, guard, { result }))).toEqual({ signal: deadly, confidence: 0.99 });
      expect(among(15, sent(15, guard, { result }))).toBeNull();
    }
  });

  it('takes_a_signal_that_was_queued_without_its_siginfo', () => {
    expect(among(15, sent(15, kill, { result: 'lost_info' }))?.confidence).toBe(0.99);
  });

  it('prefers_the_later_one_when_the_first_had_left_the_queue_without_killing', () => {
    const taken = sent(15, kill, { msBefore: 5000 });
    const deadly = sent(15, guard);
    expect(among(15, taken, deadly)).toEqual({ signal: deadly, confidence: 0.8 });
  });

  it('takes_the_first_of_two_in_different_queues', () => {
    const first = sent(15, kill, { msBefore: 3 });
    expect(among(15, first, sent(15, guard, { thread: 4711, code: -6 }))).toEqual({ signal: first, confidence: 0.8 });
  });

  it('takes_the_first_of_two_real_time_signals_since_they_queue_up', () => {
    const first = sent(40, kill, { msBefore: 3 });
    expect(among(40, first, sent(40, guard))?.signal).toBe(first);
  });

  it('prefers_what_met_the_default_disposition_over_what_was_caught', () => {
    const raised = sent(15, worker, { code: -6, thread: 4711 });
    expect(among(15, sent(15, kill, { disposition: 'caught' }), raised)).toEqual({ signal: raised, confidence: 0.99 });
  });

  it('falls_back_to_the_last_caught_one_with_doubt', () => {
    const last = sent(15, guard, { disposition: 'caught' });
    expect(among(15, sent(15, kill, { disposition: 'caught' }), last)).toEqual({ signal: last, confidence: 0.6 });
  });

  it('does_not_care_for_the_disposition_of_SIGKILL', () => {
    expect(among(9, sent(9, kill, { disposition: 'caught' }))?.confidence).toBe(0.99);
  });

  it('finds_nothing_when_no_signal_ended_it', () => {
    expect(fatalSignal(death({ code: 0, signals: [kernelMade(9)] }))).toBeNull();
    expect(fatalSignal(death({ signals: [kernelMade(9)] }))).toBeNull();
  });
});
