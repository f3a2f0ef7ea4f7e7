import { describe, expect, it } from 'vitest';
import { certainty } from '../confidence.js';
import { command, death, kill, sent, service, systemd } from '../example.js';
import type { RequestFacts, SignalFacts } from '../facts.js';
import { serviceStopTimeout } from './service-stop-timeout.js';

const asked = sent(15, systemd, { disposition: 'caught', msBefore: 90_001 });
const killed = (signals: readonly SignalFacts[], requests: readonly RequestFacts[] = []) =>
  serviceStopTimeout.decide(death({ victim: service, signal: 9, signals, requests }));

describe('service-stop-timeout', () => {
  it('says_how_long_systemd_waited_and_who_had_asked', () => {
    const request = command(['systemctl', 'restart', 'redis-server'], 90_020);
    expect(killed([asked, sent(9, systemd)], [request])).toMatchObject({
      cause: 'SERVICE_STOP_TIMEOUT',
      actor: { kind: 'SERVICE_MANAGER', process: systemd.ref },
      confidence: 0.99,
      summary: {
        en:
          'alice (pts/0) ran "systemctl restart redis-server"; systemd killed redis-server (pid 4711) of ' +
          'redis-server.service with SIGKILL, because it had not ended 1 min 30 s after SIGTERM (TimeoutStopSec ran out); it ' +
          'had caught that',
      },
    });
  });

  it('is_less_sure_when_nobody_was_seen_who_asked', () => {
    expect(killed([asked, sent(9, systemd)])?.confidence).toBe(certainty.askerMissing);
  });

  it('knows_a_kill_by_way_of_cgroup_kill', () => {
    expect(killed([asked, sent(9, systemd, { thread: 4711 })])?.cause).toBe('SERVICE_STOP_TIMEOUT');
  });

  it('leaves_kills_at_once_kills_on_demand_and_the_kills_of_others_alone', () => {
    expect(killed([sent(9, systemd)])).toBeNull();
    const onDemand = command(['systemctl', 'kill', '-s', '9', 'redis-server'], 10);
    expect(killed([asked, sent(9, systemd)], [onDemand])).toBeNull();
    expect(killed([asked, sent(9, kill)])).toBeNull();
    expect(killed([sent(15, kill), sent(9, systemd)])).toBeNull();
  });
});
