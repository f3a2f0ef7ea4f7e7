import { describe, expect, it } from 'vitest';
import { certainty } from '../confidence.js';
import { alice, command, death, diedAt, kernelMade, process, sent, service, systemd, worker } from '../example.js';
import type { DeathFacts } from '../facts.js';
import { shutdown } from './shutdown.js';

const poweroff = command(['systemctl', 'poweroff'], 3_000, { login: { ...alice, source: '10.0.0.5', tty: 'pts/3' } });
const stopped = (overrides: Partial<DeathFacts> = {}) =>
  shutdown.decide(death({ victim: service, signal: 15, signals: [sent(15, systemd, { msBefore: 20 })], ...overrides }));
const last = { ...systemd, comm: 'systemd-shutdow', args: ['/usr/lib/systemd/systemd-shutdown', 'poweroff'] };
const init = process({ pid: 4400, comm: 'systemd-shutdow', unit: 'init.scope' });
const inMachine = { ...worker, ancestry: [{ ref: init.ref, comm: 'systemd-shutdow', args: [] }] };

describe('shutdown', () => {
  it('tells_a_service_that_was_stopped_because_the_host_went_down', () => {
    expect(stopped({ requests: [poweroff] })).toMatchObject({
      cause: 'SHUTDOWN',
      actor: { kind: 'SERVICE_MANAGER', process: systemd.ref },
      confidence: certainty.shutdownRequested,
      summary: {
        en:
          'alice (ssh from 10.0.0.5, pts/3) ran "systemctl poweroff"; the host was shut down: systemd stopped redis-server ' +
          '(pid 4711) of redis-server.service with SIGTERM; it took 20 ms',
      },
    });
  });

  it.each([
    [['reboot']],
    [['/sbin/shutdown', '-r', 'now']],
    [['init', '6']],
    [['systemctl', 'start', 'poweroff.target']],
    [['systemctl', '--no-wall', 'isolate', 'reboot.target']],
  ])('knows_%j', (args) => {
    expect(stopped({ requests: [command(args, 3_000)] })?.cause).toBe('SHUTDOWN');
  });

  it.each([
    [['shutdown', '-c']],
    [['systemctl', '-H', 'other', 'poweroff']],
    [['systemctl', 'isolate', 'multi-user.target']],
    [['halt', '--wtmp-only']],
  ])('does_not_fall_for_%j', (args) => {
    expect(stopped({ requests: [command(args, 3_000)] })).toBeNull();
  });

  it('leaves_the_last_stop_before_it_to_who_asked_for_that', () => {
    const own = command(['systemctl', 'restart', 'redis-server'], 1_000);
    expect(stopped({ requests: [poweroff, own] })).toBeNull();
    expect(stopped()).toBeNull();
  });

  it('knows_the_signal_that_tells_process_1_to_go_down', () => {
    const nspawn = process({ pid: 4300, comm: 'systemd-nspawn', uid: null, userName: null });
    const manager = process({ pid: 4400, comm: 'systemd', unit: 'init.scope' });
    const requests = [{ process: nspawn, at: diedAt - 1_000_000_000n, signal: 38 }];
    expect(stopped({ signals: [sent(15, manager, { msBefore: 20 })], requests })?.summary.en).toBe(
      'systemd-nspawn (pid 4300) sent SIGRTMIN+4 to its service manager; the machine of systemd (pid 4400) was shut ' +
        'down: systemd (pid 4400) stopped redis-server (pid 4711) of redis-server.service with SIGTERM; it took 20 ms',
    );
  });

  it('knows_the_last_broadcast_without_any_request', () => {
    expect(stopped({ signals: [sent(15, last, { msBefore: 20 })] })).toMatchObject({
      confidence: 0.99,
      summary: {
        en: 'The host was shut down: systemd stopped redis-server (pid 4711) of redis-server.service with SIGTERM; it took 20 ms',
      },
    });
  });

  it('knows_what_the_kernel_kills_once_the_last_process_of_a_machine_is_gone', () => {
    const facts = { victim: inMachine, signal: 9, signals: [kernelMade(9, { running: init })] };
    expect(stopped(facts)).toMatchObject({
      confidence: certainty.namespaceInferred,
      summary: {
        en: 'The machine of systemd (pid 4400) was shut down: the kernel killed worker (pid 4711) with the rest of it',
      },
    });
    expect(stopped({ ...facts, oomKillAt: diedAt })).toBeNull();
  });

  it('knows_the_end_of_the_last_process_itself', () => {
    expect(stopped({ victim: init, signal: 2, signals: [] })?.summary.en).toBe(
      'The machine of systemd (pid 4400) was shut down: its last process, systemd-shutdow (pid 4400), ended',
    );
  });

  it('does_not_believe_a_name', () => {
    const impostor = { ...last, ref: { pid: 66, start: '6' }, unit: 'session-3.scope' };
    expect(stopped({ signals: [sent(15, impostor)] })).toBeNull();
  });
});
