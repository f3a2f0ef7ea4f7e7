import { describe, expect, it } from 'vitest';
import { certainty } from '../confidence.js';
import { command, death, kill, sent, service, systemd } from '../example.js';
import type { DeathFacts } from '../facts.js';
import { watchdog } from './watchdog.js';

const barked = (overrides: Partial<DeathFacts> = {}) =>
  watchdog.decide(death({ victim: service, signal: 6, signals: [sent(6, systemd, { msBefore: 3 })], ...overrides }));

describe('watchdog', () => {
  it('knows_the_SIGABRT_of_systemd', () => {
    expect(barked()).toMatchObject({
      cause: 'WATCHDOG',
      actor: { kind: 'SERVICE_MANAGER', process: systemd.ref },
      confidence: certainty.watchdogInferred,
      summary: {
        en:
          'systemd stopped redis-server (pid 4711) of redis-server.service with SIGABRT; it took 3 ms; systemd sends ' +
          'SIGABRT when a service has not reported in time (WatchdogSec)',
      },
    });
  });

  it('knows_a_service_that_did_not_even_end_by_it', () => {
    const signals = [sent(6, systemd, { disposition: 'caught', msBefore: 90_001 }), sent(9, systemd)];
    expect(barked({ signal: 9, signals })?.summary.en).toContain(
      'with SIGKILL, because it had not ended 1 min 30 s after SIGABRT (TimeoutAbortSec ran out)',
    );
  });

  it('leaves_what_somebody_asked_for_and_what_others_sent_to_others', () => {
    expect(barked({ requests: [command(['systemctl', 'kill', '-s', 'ABRT', 'redis-server'], 10)] })).toBeNull();
    expect(barked({ signals: [sent(6, kill)] })).toBeNull();
    expect(barked({ signals: [sent(6, service, { code: -6, thread: 4711 })] })).toBeNull();
    const signals = [sent(15, systemd, { disposition: 'caught', msBefore: 5_000 }), sent(6, systemd)];
    expect(barked({ signals })).toBeNull();
  });
});
