import { beforeEach, describe, expect, it } from 'vitest';
import { CommandAction } from '../../../../src/contract/index.js';
import { Steps } from '../outcome.js';
import { defaultPolicy, type Policy } from '../policy.js';
import { prepare } from '../prepare.js';
import { Paper, type PaperProcess } from '../system.fixture.js';

let paper: Paper;
let target: PaperProcess;
let noted: number;
beforeEach(() => {
  paper = new Paper();
  target = paper.add(77);
  noted = 0;
});

const everything: Policy = { ...defaultPolicy, actions: new Set([...defaultPolicy.actions, 'REBOOT_HOST']) };

/** What became of it: a refusal's code, or the outcome with its steps. */
async function perform(action: object, policy = everything) {
  const steps = new Steps(() => paper.nowNs);
  const context = { ...paper.ports, policy, steps, noteAsked: () => void (noted += 1) };
  const prepared = await prepare(CommandAction.parse(action), context);
  if (!prepared.ok) {
    expect(paper.opened).toBe(0);
    return prepared.failure.code;
  }
  const outcome = await prepared.value.act();
  prepared.value.close();
  expect(paper.opened).toBe(0);
  return { ...outcome, before: prepared.value.before, steps: steps.list.map(({ text }) => text) };
}

const onTarget = (kind: string, more: object = {}) => ({ kind, process: paper.targetOf(77), ...more });
const kill = () => onTarget('SIGNAL_PROCESS', { signal: 9 });

describe('a target', () => {
  it('is_the_planned_life_and_no_other', async () => {
    const { pid, start } = paper.targetOf(77);
    const at = (more: object) => perform({ kind: 'RESUME_PROCESS', process: { pid, start, ...more } });
    expect(await at({ pid: 78 })).toBe('command/target-gone');
    // An older life, in an earlier tick and in the same one; and a younger one.
    expect(await at({ start: '1' })).toBe('command/target-changed');
    expect(await at({ start: String(BigInt(start) - 1n) })).toBe('command/target-changed');
    expect(await at({ start: String(BigInt(start) + 1n) })).toBe('command/target-changed');
    expect(await at({ cgroup: '/other.service' })).toBe('command/target-changed');
    expect(await at({ cgroup: '/app.service' })).toMatchObject({ state: 'SUCCEEDED' });
    // What is held is younger than the list says.
    target.facts = { ...target.facts, startTicks: 78n };
    expect(await at({})).toBe('command/target-changed');
    expect(target.received).toEqual([18]);
  });

  it('is_left_alone_when_it_has_ended_is_protected_or_not_allowed', async () => {
    target.facts = { ...target.facts, state: 'Z' };
    expect(await perform(kill())).toBe('command/target-gone');
    target.facts = { ...target.facts, state: 'S', oomScoreAdj: -1000 };
    expect(await perform(kill())).toBe('command/protected');
    target.facts = { ...target.facts, oomScoreAdj: 0 };
    expect(await perform(kill(), { ...everything, protected: ['app'] })).toBe('command/protected');
    expect(await perform(kill(), { ...everything, users: { allow: ['root'], deny: [] } })).toBe('command/not-allowed');
    expect(await perform(kill(), { ...everything, services: { allow: undefined, deny: ['app'] } })).toBe(
      'command/not-allowed',
    );
    expect(await perform(kill(), { ...everything, actions: new Set() })).toBe('command/not-allowed');
    expect(target.received).toEqual([]);
  });
});

describe('SIGNAL_PROCESS', () => {
  it('kills_and_says_that_it_is_gone', async () => {
    expect(await perform(kill())).toEqual({
      state: 'SUCCEEDED',
      detail: 'SIGKILL was sent to pid 77, which has ended.',
      before: { alive: true, state: 'S', comm: 'app' },
      after: { alive: false, state: null },
      steps: ['SIGKILL to pid 77'],
      actors: [{ pid: 500, start: '5' }],
    });
  });

  it('says_where_it_waits_that_cannot_be_killed', async () => {
    target.facts = { ...target.facts, state: 'D' };
    expect(await perform(kill())).toMatchObject({
      state: 'FAILED',
      code: 'command/uninterruptible',
      detail: expect.stringContaining('nfs_wait') as string,
    });
  });

  it('has_done_its_part_when_a_caught_signal_is_sent', async () => {
    target.onSignal = () => undefined;
    const after = { alive: true, state: 'S', comm: 'app' };
    expect(await perform({ ...kill(), signal: 15 })).toMatchObject({ state: 'SUCCEEDED', after });
    expect(await perform({ ...kill(), signal: 10 })).toMatchObject({ state: 'SUCCEEDED', after });
    expect(await perform({ ...kill(), signal: 19 })).toMatchObject({ state: 'FAILED', code: 'command/no-effect' });
    expect(target.received).toEqual([15, 10, 19]);
  });
});

describe('RESUME_PROCESS and SET_OOM_SCORE_ADJ', () => {
  it('resumes_and_says_so_and_says_when_a_debugger_holds_it', async () => {
    target.facts = { ...target.facts, state: 'T' };
    expect(await perform(onTarget('RESUME_PROCESS'))).toMatchObject({ state: 'SUCCEEDED', before: { state: 'T' } });
    target.facts = { ...target.facts, state: 't' };
    target.onSignal = () => undefined;
    expect(await perform(onTarget('RESUME_PROCESS'))).toMatchObject({ state: 'FAILED', code: 'command/no-effect' });
  });

  it('sets_the_score', async () => {
    expect(await perform(onTarget('SET_OOM_SCORE_ADJ', { oomScoreAdj: 500 }))).toMatchObject({
      state: 'SUCCEEDED',
      before: { oomScoreAdj: 0 },
      after: { oomScoreAdj: 500 },
    });
  });
});

describe('KILL_ZOMBIE_PARENT', () => {
  const zombies = [81, 82, 83];
  const action = () => ({
    kind: 'KILL_ZOMBIE_PARENT',
    parent: paper.targetOf(77),
    zombies: zombies.map((pid) => paper.targetOf(pid)),
  });
  beforeEach(() => zombies.forEach((pid) => paper.add(pid, { parentPid: 77, state: 'Z' })));
  const collect = () => zombies.forEach((pid) => paper.processes.delete(pid));

  it('stops_after_SIGCHLD_when_that_was_enough', async () => {
    target.onSignal = (signal) => signal === 17 && collect();
    expect(await perform(action())).toMatchObject({
      state: 'SUCCEEDED',
      before: { zombies: 3, parentAlive: true },
      after: { zombies: 0, parentAlive: true },
      steps: ['SIGCHLD to pid 77', '0 of 3 zombies are left'],
    });
    expect(target.received).toEqual([17]);
  });

  it('goes_on_to_SIGTERM_and_to_SIGKILL', async () => {
    expect(await perform(action())).toMatchObject({ state: 'SUCCEEDED', after: { zombies: 0, parentAlive: false } });
    expect(target.received).toEqual([17, 15]);
    target = paper.add(77);
    target.onSignal = (signal) => signal === 9 && paper.end(target);
    zombies.forEach((pid) => paper.add(pid, { parentPid: 77, state: 'Z' }));
    expect(await perform(action())).toMatchObject({ state: 'SUCCEEDED' });
    expect(target.received).toEqual([17, 15, 9]);
  });

  it('says_how_many_are_left_when_nothing_helps', async () => {
    target.onSignal = () => undefined;
    expect(await perform(action())).toMatchObject({ state: 'FAILED', after: { zombies: 3 } });
  });

  it('does_not_go_on_when_the_parent_has_become_protected', async () => {
    target.onSignal = () => (target.facts = { ...target.facts, oomScoreAdj: -1000 });
    expect(await perform(action())).toMatchObject({ state: 'FAILED' });
    expect(target.received).toEqual([17]);
  });

  it('is_not_for_the_init_of_a_container_nor_without_zombies_of_its_own', async () => {
    target.facts = { ...target.facts, innermostPid: 1 };
    expect(await perform(action())).toBe('command/protected');
    target.facts = { ...target.facts, innermostPid: 77 };
    paper.add(82, { parentPid: 1, state: 'Z' });
    expect(await perform(action())).toBe('command/target-changed');
    const gone = action();
    collect();
    expect(await perform(gone)).toBe('command/target-gone');
    expect(target.received).toEqual([]);
  });
});

describe('RESTART_SERVICE', () => {
  const restart = (manager: string, service: string) => perform({ kind: 'RESTART_SERVICE', manager, service });
  const show = (active: string, pid: number, run: string) =>
    `LoadState=loaded\nActiveState=${active}\nSubState=running\nMainPID=${pid}\nNRestarts=1\nInvocationID=${run}\nResult=success\nType=simple\n`;
  const systemd = (after: string, exitCode = 0) => {
    let restarted = false;
    paper.answer = (command) => {
      if (command.includes(' show ')) return { output: restarted ? after : show('active', 77, 'a') };
      restarted = true;
      return { exitCode, output: exitCode === 0 ? '' : 'Job failed.\nSee journalctl.' };
    };
  };

  it('asks_systemd_and_compares_before_and_after', async () => {
    systemd(show('active', 78, 'b'));
    expect(await restart('systemd', 'redis')).toMatchObject({
      state: 'SUCCEEDED',
      before: { activeState: 'active', mainPid: 77, restarts: 1 },
      after: { mainPid: 78 },
      actors: [{ pid: 600, start: '6' }],
      steps: ['systemctl --no-pager --no-ask-password restart -- redis.service: status 0'],
    });
  });

  it.each([
    ['the manager fails', show('failed', 0, 'b'), 1, 'Job failed. See journalctl.'],
    ['it does not run', show('inactive', 0, 'b'), 0, 'it does not run'],
    ['it is the same run', show('active', 77, 'a'), 0, 'the same run'],
    ['it is gone', 'LoadState=not-found\n', 0, 'nobody says how it is'],
  ])('has_failed_when_%s', async (_, after, exitCode, detail) => {
    systemd(after, exitCode);
    expect(await restart('systemd', 'redis.service')).toMatchObject({
      state: 'FAILED',
      code: 'command/no-effect',
      detail: expect.stringContaining(detail) as string,
    });
  });

  it('restarts_no_protected_service_no_target_and_nothing_that_is_not_there', async () => {
    systemd(show('active', 78, 'b'));
    expect(await restart('systemd', 'ssh.service')).toBe('command/protected');
    expect(await restart('systemd', 'reboot.target')).toBe('command/not-allowed');
    target.facts = { ...target.facts, program: 'dbus-daemon' };
    expect(await restart('systemd', 'messages.service')).toBe('command/protected');
    target.facts = { ...target.facts, program: 'app' };
    paper.add(500, { cgroup: '/system.slice/tools.service' });
    expect(await restart('systemd', 'tools')).toBe('command/protected');
    paper.answer = () => ({ output: 'LoadState=not-found\n' });
    expect(await restart('systemd', 'nothing')).toBe('command/target-gone');
    expect(paper.ran.filter((command) => command.includes('restart'))).toEqual([]);
  });

  it('asks_the_others_in_their_own_words', async () => {
    paper.answer = (command) => (command.endsWith('status') ? { exitCode: 0 } : {});
    expect(await restart('sysvinit', 'cron')).toMatchObject({ state: 'SUCCEEDED' });
    expect(await restart('sysvinit', 'none')).toBe('command/target-gone');
    let pid = 900;
    paper.answer = () => ({ output: `web:app    RUNNING   pid ${++pid}, uptime 0:00:07\n` });
    expect(await restart('supervisord', 'web:app')).toMatchObject({ state: 'SUCCEEDED', before: { mainPid: 901 } });
    expect(await restart('supervisord', 'all')).toBe('command/not-allowed');
    const container = () => ({ Id: 'c', State: { Status: 'running', Running: true, Pid: ++pid, StartedAt: `${pid}` } });
    paper.answer = (command) =>
      command.includes('json') ? { exitCode: 200, output: JSON.stringify(container()) } : {};
    expect(await restart('podman', 'web')).toMatchObject({ state: 'SUCCEEDED', after: { state: 'running' } });
    paper.answer = () => ({ exitCode: 404, output: '{}' });
    expect(await restart('docker', 'web')).toBe('command/target-gone');
    expect(paper.ran).toEqual(
      expect.arrayContaining([
        'service cron restart',
        'supervisorctl restart web:app',
        'podman POST /containers/web/restart?t=10',
      ]),
    );
  });
});

describe('REBOOT_HOST', () => {
  it('is_only_for_hosts_that_allow_it', async () => {
    expect(await perform({ kind: 'REBOOT_HOST' }, defaultPolicy)).toBe('command/not-allowed');
    expect(paper.ran).toEqual([]);
  });

  it('is_noted_once_it_is_accepted_and_has_failed_when_we_are_still_here', async () => {
    expect(await perform({ kind: 'REBOOT_HOST' })).toMatchObject({ state: 'FAILED', code: 'command/no-effect' });
    expect([paper.ran, noted]).toEqual([['systemctl --no-ask-password reboot'], 1]);
    paper.answer = () => ({ exitCode: 1, output: 'no' });
    expect(await perform({ kind: 'REBOOT_HOST' })).toMatchObject({ state: 'FAILED' });
    expect([paper.ran.length, noted]).toEqual([3, 1]);
  });
});
