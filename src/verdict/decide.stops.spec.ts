/** The engine and those who stop things for a living: service managers, container runtimes, daemons that free memory. */
import { describe, expect, it } from 'vitest';
import { decide } from './decide.js';
import { death, kill, sent, service } from './example.js';
import { asked, stopRedis, tellingStops } from './telling-stops.js';
import { withoutOneField } from './without-one-field.js';

/** Below this nobody is woken by a verdict alone. */
const confident = 0.9;

describe('decide, when somebody stops things', () => {
  it.each(Object.entries(tellingStops))('knows_the_cause: %s', (_, [cause, facts]) => {
    expect(decide(facts).cause).toBe(cause);
  });

  it.each(Object.entries(tellingStops))(
    'never_flips_to_another_confident_cause_without_one_field: %s',
    (_, [cause, facts]) => {
      for (const { path, lesser } of withoutOneField(facts)) {
        const verdict = decide(lesser);
        const same = verdict.cause === cause || verdict.cause === 'UNKNOWN';
        expect(same || verdict.confidence < confident, `${path} gone: ${verdict.cause} ${verdict.confidence}`).toBe(
          true,
        );
      }
    },
  );

  it('keeps_an_exit_after_the_SIGTERM_of_an_ordinary_process_an_exit', () => {
    const signals = [sent(15, kill, { disposition: 'caught', msBefore: 12 })];
    expect(decide(death({ victim: service, code: 0, signals }))).toMatchObject({
      cause: 'EXITED',
      actor: { kind: 'HUMAN' },
      confidence: 0.7,
    });
    expect(decide(death({ victim: service, code: 143, signals }))).toMatchObject({
      cause: 'FAILED',
      actor: { kind: 'HUMAN' },
      confidence: 0.9,
    });
  });

  it('keeps_a_kill_by_a_person_what_it_is_even_while_a_service_stops', () => {
    const verdict = decide(
      death({ victim: service, signal: 9, signals: [asked, sent(9, kill)], requests: [stopRedis] }),
    );
    expect(verdict).toMatchObject({ cause: 'SIGNALED', actor: { kind: 'HUMAN', process: kill.ref } });
  });
});
