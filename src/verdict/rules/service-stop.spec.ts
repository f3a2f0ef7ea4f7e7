import { describe, expect, it } from 'vitest';
import { certainty } from '../confidence.js';
import { alice, command, death, diedAt, kill, process, sent, service, systemd } from '../example.js';
import type { DeathFacts } from '../facts.js';
import { serviceStop } from './service-stop.js';

const stopRedis = command(['systemctl', 'stop', 'redis-server'], 150);
const stopped = (overrides: Partial<DeathFacts> = {}) =>
  serviceStop.decide(
    death({ victim: service, signal: 15, signals: [sent(15, systemd, { msBefore: 120 })], ...overrides }),
  );
const exit = (code: number) => ({
  code,
  signal: null,
  signals: [sent(15, systemd, { disposition: 'caught', msBefore: 120 })],
});

describe('service-stop', () => {
  it('names_who_asked_the_unit_and_how_long_it_took', () => {
    const finding = stopped({ requests: [stopRedis] });
    expect(finding).toMatchObject({
      cause: 'SERVICE_STOP',
      actor: { kind: 'SERVICE_MANAGER', process: systemd.ref },
      confidence: 0.99,
      summary: {
        en:
          'alice (pts/0) ran "systemctl stop redis-server"; systemd stopped redis-server (pid 4711) of ' +
          'redis-server.service with SIGTERM; it took 120 ms',
      },
    });
    expect(finding?.evidence[0]).toEqual({
      kind: 'request',
      at: diedAt - 150_000_000n,
      text:
        'A request to stop was run by systemctl (pid 5001), command line "systemctl stop redis-server", user root, login ' +
        'alice, session 3, terminal pts/0, started by bash (pid 4000) ← systemd (pid 1); 150 ms before the death.',
    });
  });

  it.each([0, 1, 143])('takes_an_exit_with_status_%i_after_its_SIGTERM_for_a_stop', (code) => {
    expect(stopped({ ...exit(code), requests: [stopRedis] })).toMatchObject({
      cause: 'SERVICE_STOP',
      confidence: certainty.exitAfterStop,
      summary: {
        en:
          'alice (pts/0) ran "systemctl stop redis-server"; systemd stopped redis-server (pid 4711) of ' +
          `redis-server.service with SIGTERM; it caught that and exited with status ${code} after 120 ms`,
      },
    });
  });

  it('takes_a_signal_that_a_handler_raised_again_for_a_stop', () => {
    const signals = [...exit(0).signals, sent(15, service, { code: -6, thread: 4711 })];
    expect(stopped({ signals })?.summary.en).toContain('; it caught that, and ended itself with it after 120 ms');
  });

  it('is_less_sure_when_nobody_was_seen_who_asked', () => {
    expect(stopped()).toMatchObject({
      confidence: certainty.askerMissing,
      summary: {
        en:
          'systemd stopped redis-server (pid 4711) of redis-server.service with SIGTERM; it took 120 ms; who asked for it ' +
          'was not seen',
      },
    });
  });

  it('tells_a_kill_at_once_from_a_stop_that_timed_out', () => {
    const requests = [command(['systemctl', 'kill', '-s', 'KILL', 'redis-server.service'], 10)];
    expect(stopped({ signal: 9, signals: [sent(9, systemd)], requests })).toMatchObject({
      confidence: 0.99,
      summary: {
        en:
          'alice (pts/0) ran "systemctl kill -s KILL redis-server.service"; systemd killed redis-server (pid 4711) of ' +
          'redis-server.service with SIGKILL at once: no stop signal had come before, and no cleanup was possible',
      },
    });
  });

  it('says_what_was_asked_in_the_same_moment_for_another_unit', () => {
    expect(stopped({ requests: [command(['systemctl', 'stop', 'redis'], 150)] })).toMatchObject({
      confidence: certainty.requestNearby,
      summary: {
        en: expect.stringMatching(/; 30 ms before, alice \(pts\/0\) ran "systemctl stop redis", which may be why$/),
      },
    });
  });

  it.each([
    ['of_another_unit_a_while_ago', command(['systemctl', 'stop', 'nginx'], 60_000)],
    ['that_only_asks', command(['systemctl', 'status', 'redis-server'], 150)],
    ['for_the_service_that_ran_before', command(['systemctl', 'restart', 'redis-server'], 1_010_000)],
    ['after_the_signal', command(['systemctl', 'stop', 'redis-server'], 110)],
    ['for_another_signal', command(['systemctl', 'kill', '-s', 'HUP', 'redis-server'], 150)],
    ['for_a_users_manager', command(['systemctl', '--user', 'stop', 'redis-server'], 150)],
    [
      'in_a_container_of_its_own',
      command(['systemctl', 'stop', 'redis-server'], 150, { container: { id: 'ab', runtime: 'docker', pod: null } }),
    ],
    [
      'in_another_machine',
      command(['systemctl', 'stop', 'redis-server'], 150, {
        ancestry: [{ ref: { pid: 900, start: '9' }, comm: 'systemd', args: [] }],
      }),
    ],
  ])('does_not_believe_a_request_%s', (_, request) => {
    expect(stopped({ requests: [request] })?.confidence).toBe(certainty.askerMissing);
  });

  it('knows_the_stop_command_of_the_unit', () => {
    const { unit, ancestry } = service;
    const ran = process({ pid: 5002, comm: 'kill', args: ['/bin/kill', '-TERM', '4711'], unit, ancestry });
    const sender = { ...ran, ref: { pid: 5002, start: String(diedAt - 130_000_000n) } };
    const facts = { signals: [sent(15, sender, { msBefore: 120 })], requests: [stopRedis] };
    expect(stopped(facts)).toMatchObject({
      actor: { kind: 'SERVICE_MANAGER', process: systemd.ref },
      confidence: certainty.knownByName,
      summary: {
        en: expect.stringContaining(
          'the stop command of its unit, kill (pid 5002, "/bin/kill -TERM 4711") of redis-server.service run as alice via ' +
            'systemd, stopped redis-server',
        ),
      },
    });
    expect(stopped({ ...facts, requests: [] })).toBeNull();
  });

  it('does_not_believe_a_name', () => {
    const impostor = { ...systemd, ref: { pid: 66, start: '6' }, unit: 'session-3.scope', cgroup: '/x', login: alice };
    expect(stopped({ signals: [sent(15, impostor)] })).toBeNull();
    const unplaced = { ...impostor, unit: null };
    expect(stopped({ signals: [sent(15, unplaced)] })?.confidence).toBe(certainty.nameOnly);
  });

  it('leaves_the_signals_of_others_and_old_reloads_alone', () => {
    expect(stopped({ signals: [sent(15, kill)] })).toBeNull();
    expect(stopped({ code: 0, signal: null, signals: [sent(15, kill, { disposition: 'caught' })] })).toBeNull();
    expect(stopped({ code: 0, signal: null, signals: [sent(1, systemd, { disposition: 'caught' })] })).toBeNull();
    expect(stopped({ signal: 9, signals: [...exit(0).signals, sent(9, kill)] })).toBeNull();
  });
});
