import { describe, expect, it } from 'vitest';
import { alice, death, diedAt, kernelMade, kill, process, sent } from './example.js';
import type { DeathFacts, ProcessFacts } from './facts.js';
import { restartOf, type NextLife, type RestartFacts } from './restart.js';

const ms = (count: number) => BigInt(count) * 1_000_000n;
const old = (pid: number, more: Partial<ProcessFacts> = {}) => ({
  ...process({ pid, uid: 0, ...more }),
  ref: { pid, start: '1000' },
});

const systemd = old(1, { comm: 'systemd', unit: 'init.scope' });
const guard = old(900, { comm: 'guard', exe: '/opt/guard', args: ['guard'] });
const shell = old(4000, { comm: 'bash', args: ['-bash'], login: alice });
const cron = old(300, { comm: 'cron', args: ['/usr/sbin/cron', '-f'] });
const refs = (makers: readonly ProcessFacts[]) => makers.map(({ ref, comm, args }) => ({ ref, comm, args }));

const image = { comm: 'app', exe: '/opt/app', args: ['/opt/app', '--serve'] };
const victim = process({ pid: 4711, ...image, ancestry: refs([guard, systemd]) });
const killed = (who: ProcessFacts = victim): DeathFacts => death({ victim: who, signal: 9, signals: [sent(9, kill)] });
const exited = (code: number, who: ProcessFacts = victim) => death({ victim: who, code });

function follower(makers: readonly ProcessFacts[], more: Partial<ProcessFacts> = {}, msAfter = 200): NextLife {
  const startedAt = diedAt + ms(msAfter);
  const life = process({ pid: 5000 + msAfter, ...image, ancestry: refs(makers), ...more });
  return { process: { ...life, ref: { pid: life.ref.pid, start: String(startedAt) } }, startedAt, makers };
}

/** Somebody who came only after the death. */
const newcomer = (comm: string, args = [comm]) => follower([], { comm, exe: `/bin/${comm}`, args }, 100).process;

const facts = (next: readonly NextLife[], more: Partial<RestartFacts> = {}): RestartFacts => {
  return { next, parent: { unit: null, endedBefore: false }, lives: [], ...more };
};
const found = (dead: DeathFacts, next: readonly NextLife[], more: Partial<RestartFacts> = {}) => {
  const restart = restartOf(dead, facts(next, more));
  return restart && [restart.kind, restart.life.process.ref.pid, restart.by?.comm ?? null];
};

describe('the same service', () => {
  const unit = 'app.service';
  const main = { ...victim, unit, ancestry: refs([systemd]) };
  const parent = { unit: 'init.scope', endedBefore: false };

  it('is_started_again_by_its_manager', () => {
    expect(found(killed(main), [follower([systemd], { unit })], { parent })).toEqual(['service', 5200, 'systemd']);
    expect(found(exited(3, main), [follower([systemd], { unit }, 90_000)], { parent })).toEqual([
      ...['service', 95_000, 'systemd'],
    ]);
  });

  it('may_have_another_command_line_but_for_what_runs_in_an_interpreter', () => {
    const rewritten = { ...main, args: ['app: serving'] };
    expect(found(killed(rewritten), [follower([systemd], { unit })], { parent })?.[0]).toBe('service');
    const script = { unit, exe: '/usr/bin/python3.11', args: ['python3', 'app.py'] };
    const cleanup = follower([systemd], { ...script, args: ['python3', 'cleanup.py'] }, 10);
    expect(found(killed({ ...main, ...script }), [cleanup], { parent })).toBeNull();
    expect(found(killed({ ...main, ...script }), [cleanup, follower([systemd], script)], { parent })?.[1]).toBe(5200);
  });

  it('is_preferred_with_the_same_arguments_so_that_a_check_before_it_is_not_taken_for_it', () => {
    const check = follower([systemd], { unit, args: ['/opt/app', '--check'] }, 100);
    expect(found(killed(main), [check, follower([systemd], { unit })], { parent })?.[1]).toBe(5200);
  });

  it('that_ended_well_is_started_again_at_once_or_by_a_timer', () => {
    expect(found(exited(0, main), [follower([systemd], { unit }, 100)], { parent })?.[0]).toBe('service');
    expect(found(exited(0, main), [follower([systemd], { unit }, 60_000)], { parent })).toBeNull();
  });

  it('is_not_what_a_part_of_the_service_starts_nor_what_takes_the_place_of_a_part', () => {
    const within = old(800, { comm: 'app', unit });
    expect(
      found(killed(main), [follower([within, systemd], { unit, args: ['/opt/app', 'x'] })], { parent }),
    ).toBeNull();
    const part = { unit, endedBefore: false };
    expect(found(killed(main), [follower([systemd], { unit })], { parent: part })).toBeNull();
    // A daemon of Type=forking: what had started it has ended.
    expect(found(killed(main), [follower([systemd], { unit })], { parent: { unit, endedBefore: true } })?.[0]).toBe(
      'service',
    );
  });
});

describe('the same container', () => {
  const inside = (id: string, pod: string | null) => ({ container: { id, runtime: 'containerd', pod } });
  const shim = old(700, { comm: 'containerd-shim' });

  it('is_the_next_one_of_the_pod', () => {
    const dead = { ...victim, ...inside('a', 'p1') };
    expect(found(exited(0, dead), [follower([shim], inside('b', 'p1'), 90_000)])).toEqual([
      ...['container', 95_000, 'containerd-shim'],
    ]);
    expect(found(killed(dead), [follower([shim], inside('b', 'p2'))])).toBeNull();
  });

  it('is_itself_started_once_more_but_not_by_a_health_check_that_fails_again', () => {
    const dead = { ...victim, ...inside('a', null) };
    expect(found(killed(dead), [follower([shim], inside('a', null))])?.[0]).toBe('container');
    expect(found(exited(1, dead), [follower([shim], inside('a', null))])).toBeNull();
    expect(found(killed(dead), [follower([shim], inside('c', null))])).toBeNull();
  });
});

describe('the same command', () => {
  it('is_started_again_by_a_supervisor_a_guard_or_a_shell_loop', () => {
    expect(found(killed(), [follower([guard, systemd])])).toEqual(['command', 5200, 'guard']);
    const loop = old(901, { comm: 'sh', args: ['sh', '-c', 'while :; do app; done'], login: alice });
    expect(found(killed(), [follower([loop, shell])])).toEqual(['command', 5200, 'sh']);
  });

  it('is_attributed_to_the_guard_also_through_a_wrapper_of_its_own', () => {
    expect(found(killed(), [follower([newcomer('sh'), guard, systemd])])).toEqual(['command', 5200, 'guard']);
  });

  it('is_attributed_to_the_other_of_two_that_guard_each_other', () => {
    const twin = old(902, { comm: 'twin', args: ['twin'], login: alice });
    const dead = { ...victim, ancestry: refs([old(77), shell]) };
    expect(found(killed(dead), [follower([twin, old(66), shell])])).toEqual(['command', 5200, 'twin']);
  });

  it('is_not_what_a_person_types_again', () => {
    expect(found(killed(), [follower([shell, systemd])])).toBeNull();
    expect(found(killed(), [follower([newcomer('timeout'), shell, systemd])])).toBeNull();
    // Nobody who had been there: somebody has come by ssh, or a manager started another unit.
    const sshd = old(200, { comm: 'sshd' });
    expect(found(killed(), [follower([newcomer('bash'), sshd, systemd], { login: alice })])).toBeNull();
    expect(found(killed(), [follower([newcomer('check'), systemd])])).toBeNull();
    expect(found(killed(), [follower([])])).toBeNull();
  });

  it('is_not_an_ordinary_command_that_is_run_again_once_it_is_done', () => {
    const script = old(903, { comm: 'sh', args: ['sh', 'watch.sh'] });
    expect(found(exited(0), [follower([script])])).toBeNull();
    expect(found(exited(1), [follower([script])])).toBeNull();
    expect(found(death({ victim, signal: 13, signals: [kernelMade(13)] }), [follower([script])])).toBeNull();
    const timeout = process({ pid: 950, comm: 'timeout' });
    const wrapped = { ...victim, ancestry: refs([timeout, script]) };
    expect(
      found(death({ victim: wrapped, signal: 15, signals: [sent(15, timeout)] }), [
        follower([newcomer('timeout'), script]),
      ]),
    ).toBeNull();
  });

  it('that_ended_by_itself_is_started_again_by_a_supervisor_or_when_it_was_asked_to_end', () => {
    const supervisord = old(904, { comm: 'supervisord' });
    expect(found(exited(0), [follower([supervisord])])?.[2]).toBe('supervisord');
    const stopped = death({ victim, code: 0, signals: [sent(15, kill, { disposition: 'caught' })] });
    expect(found(stopped, [follower([guard])])?.[2]).toBe('guard');
  });

  it('is_not_a_fork_that_goes_on_with_the_image_of_its_parent', () => {
    expect(found(killed(), [follower([old(905, image), guard])])).toBeNull();
  });

  it('is_not_of_another_user_nor_in_another_container', () => {
    expect(found(killed(), [follower([guard], { uid: 33 })])).toBeNull();
    const container = { id: 'a', runtime: 'podman', pod: null };
    expect(found(killed(), [follower([guard], { container })])).toBeNull();
    expect(found(killed(), [follower([guard], { args: ['/opt/app'] })])).toBeNull();
  });

  it('is_started_again_by_a_guard_in_a_crontab_and_not_by_the_next_run_of_a_job', () => {
    const job = newcomer('sh', ['sh', '-c', 'pgrep app || /opt/app --serve &']);
    expect(found(killed(), [follower([job, cron])])).toEqual(['command', 5200, 'sh']);
    const ofJob = { ...victim, ancestry: refs([{ ...job, ref: { pid: 60, start: '60' } }, cron]) };
    expect(found(killed(ofJob), [follower([job, cron])])).toBeNull();
    // Its job had long ended: it was left in the background.
    expect(found(killed(ofJob), [follower([job, cron])], { parent: { unit: null, endedBefore: true } })?.[2]).toBe(
      'sh',
    );
  });

  it('is_followed_in_turn_where_several_die_together', () => {
    const next = [follower([guard], {}, 200), follower([guard], {}, 300)];
    const twin = { startedAt: 2n, endedAt: diedAt - ms(1) };
    const lives = [twin, { startedAt: 1n, endedAt: diedAt }];
    expect(found(killed(), next, { lives })?.[1]).toBe(5300);
    expect(found(killed(), next, { lives: lives.slice(1) })?.[1]).toBe(5200);
    expect(found(killed(), next.slice(1), { lives })).toBeNull();
  });

  it('knows_how_often_lately', () => {
    const lives = [30, 20, 10].map((seconds) => {
      return { startedAt: diedAt - ms(seconds * 1_000), endedAt: diedAt - ms((seconds - 10) * 1_000) };
    });
    expect(restartOf(killed(), facts([follower([guard])], { lives }))).toMatchObject({ recently: 2, isLoop: true });
  });
});
