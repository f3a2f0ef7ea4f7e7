import { describe, expect, it } from 'vitest';
import { KnownEvent } from '../../../src/contract/index.js';
import type { ExecRecord, KernelRecord, TaskRecord, Who } from '../kernel/record.js';
import { mentionsOf } from './mentions.fixture.js';
import { createRedactor } from './redact.js';
import { Tracker, type Host } from './tracker.js';

const second = 1_000_000_000n;

function who(pid: number, changes: Partial<Who> = {}): Who {
  return {
    pid,
    tid: pid,
    start: BigInt(pid) * second,
    parentPid: 1,
    parentStart: second,
    uid: 1000,
    euid: 1000,
    loginUid: undefined,
    session: undefined,
    kernelThread: false,
    dead: false,
    comm: `p${pid}`,
    tty: undefined,
    cgroup: undefined,
    ...changes,
  };
}

const task = (w: Who): TaskRecord => ({ kind: 'task', at: 100n * second, who: w });
const exec = (w: Who, at: bigint, ...args: string[]): ExecRecord => ({
  kind: 'exec',
  at,
  who: w,
  filename: args[0] ?? '/bin/x',
  args,
  argsCut: false,
  argsMissing: false,
  sshSource: undefined,
});
const fork = (w: Who, at: bigint): KernelRecord => ({ kind: 'fork', at, who: w });
const exit = (w: Who, at: bigint, status: number): KernelRecord => ({ kind: 'exit', at, who: w, status });
const signal = (from: Who, to: Who, at: bigint, number: number, code = 0): KernelRecord => ({
  kind: 'signal',
  at,
  who: from,
  target: to,
  signal: number,
  code,
  group: true,
  result: 0,
  disposition: 0,
  address: undefined,
});

function setUp(changes: Partial<Host> = {}) {
  const events: KnownEvent[] = [];
  const positions: number[] = [];
  const tracker = new Tracker(
    {
      pageBytes: 4096,
      onCore: () => undefined,
      nameOfUser: (uid) => (uid === 0 ? 'root' : undefined),
      redact: createRedactor([]),
      readImage: () => undefined,
      readExe: () => undefined,
      readCgroup: () => undefined,
      pathOfCgroup: () => undefined,
      learnCgroup: () => undefined,
      readSshSource: () => undefined,
      lookAtMemory: () => undefined,
      ...changes,
    },
    (event, position) => {
      events.push(event);
      positions.push(position);
    },
  );
  const kinds = () =>
    events.map((event) => (event.kind === 'process' ? `process ${event.origin} ${event.pid}` : event.kind));
  return { tracker, events, positions, kinds };
}

describe('Tracker', () => {
  it('describes_every_process_before_anything_refers_to_it', () => {
    const { tracker, events } = setUp();
    const init = who(1, { parentPid: 0, parentStart: 0n });
    tracker.takeSnapshot(
      [task(who(30, { parentPid: 20, parentStart: 20n * second })), task(who(20)), task(init)],
      false,
    );
    tracker.handle(fork(who(40, { parentPid: 30, parentStart: 30n * second }), 110n * second), 1);
    tracker.handle(signal(who(50), who(40), 111n * second, 15), 2);
    tracker.handle(exit(who(60), 112n * second, 0), 3);
    const described = new Set<string>();
    for (const event of events) {
      KnownEvent.parse(event);
      for (const ref of mentionsOf(event)) expect(described).toContain(`${ref.pid}:${ref.start}`);
      if (event.kind === 'process') described.add(`${event.pid}:${event.start}`);
    }
  });

  it('says_a_fork_that_is_followed_by_an_exec_once', () => {
    const { tracker, kinds } = setUp();
    tracker.handle(fork(who(40), 1n), 10);
    tracker.handle(exec(who(40), 2n, '/bin/sleep', '1'), 20);
    expect(kinds()).toEqual(['process exec 40']);
  });

  it('says_a_fork_without_an_exec_when_its_time_is_up', () => {
    const { tracker, kinds } = setUp();
    tracker.handle(fork(who(40), second), 10);
    tracker.beginTurn(second + second / 20n);
    expect(kinds()).toEqual([]);
    tracker.beginTurn(2n * second);
    expect(kinds()).toEqual(['process fork 40']);
  });

  it('lets_a_fork_inherit_what_its_parent_runs', () => {
    const { tracker, events } = setUp();
    tracker.handle(exec(who(30), 1n, '/usr/bin/python3', 'server.py'), 10);
    tracker.handle(fork(who(40, { parentPid: 30, parentStart: 30n * second }), 2n), 20);
    tracker.handle(exit(who(40), 3n, 9), 30);
    expect(events[1]).toMatchObject({
      kind: 'process',
      pid: 40,
      origin: 'fork',
      exe: '/usr/bin/python3',
      args: ['/usr/bin/python3', 'server.py'],
      parent: { pid: 30 },
    });
    expect(events[1]).not.toHaveProperty('execAt');
  });

  it('does_not_let_a_held_fork_be_released_before_it_is_said', () => {
    const { tracker, positions } = setUp();
    tracker.handle(exec(who(30), 1n, '/bin/a'), 10);
    tracker.handle(fork(who(40), second), 20);
    tracker.handle(exec(who(30), 2n * second, '/bin/b'), 30);
    tracker.handle(exec(who(40), 3n * second, '/bin/c'), 40);
    expect(positions).toEqual([10, 10, 40]);
  });

  it('reports_the_end_of_one_life_once', () => {
    const { tracker, kinds } = setUp();
    tracker.handle(exit(who(40), 1n, 9), 1);
    tracker.handle(exit(who(40), 2n, 9), 2);
    expect(kinds()).toEqual(['process exit 40', 'exit']);
  });

  it('tells_two_lives_of_one_pid_apart', () => {
    const { tracker, events } = setUp();
    tracker.handle(exec(who(40, { start: 5n }), 6n, '/bin/old'), 1);
    tracker.handle(exec(who(40, { start: 50n }), 60n, '/bin/new'), 2);
    tracker.handle(exit(who(40, { start: 5n }), 61n, 0x100), 3);
    expect(events.at(-1)).toMatchObject({ kind: 'exit', pid: 40, start: '5', code: 1 });
    tracker.handle(exit(who(40, { start: 50n }), 62n, 0), 4);
    expect(events.at(-1)).toMatchObject({ kind: 'exit', pid: 40, start: '50', code: 0 });
  });

  it('names_a_sender_only_when_a_process_asked_for_the_signal', () => {
    const { tracker, events } = setUp();
    tracker.handle(signal(who(30), who(40), 1n, 9, 0), 1);
    expect(events.at(-1)).toMatchObject({ kind: 'signal', sender: { pid: 30 } });
    tracker.handle(signal(who(30), who(40), 2n, 11, 1), 2);
    expect(events.at(-1)).toMatchObject({ kind: 'signal', running: { pid: 30 } });
    expect(events.at(-1)).not.toHaveProperty('sender');
  });

  it('takes_the_idle_task_for_nobody', () => {
    const { tracker, events } = setUp();
    tracker.handle(signal(who(0, { start: 0n }), who(40), 1n, 14, 128), 1);
    expect(events.at(-1)).toMatchObject({ kind: 'signal', target: { pid: 40 } });
    expect(events.at(-1)).not.toHaveProperty('running');
  });

  it('finds_the_OOM_victim_of_an_older_kernel_by_its_pid', () => {
    const { tracker, events } = setUp();
    tracker.handle(exec(who(40), 1n, '/bin/hog'), 1);
    tracker.handle({ kind: 'oom', at: 2n, who: who(30), target: who(40, { start: 0n }) }, 2);
    expect(events.at(-1)).toMatchObject({
      kind: 'oom_kill',
      victim: { pid: 40, start: (40n * second).toString() },
      trigger: { pid: 30 },
    });
  });

  it('keeps_the_parent_that_made_a_process_when_another_adopts_it', () => {
    const { tracker, events } = setUp();
    tracker.handle(exec(who(30), 1n, '/bin/a'), 1);
    tracker.handle(exec(who(40, { parentPid: 30, parentStart: 30n * second }), 2n, '/bin/b'), 2);
    tracker.handle(exec(who(40, { parentPid: 1, parentStart: second }), 3n, '/bin/c'), 3);
    expect(events.at(-1)).toMatchObject({ pid: 40, parent: { pid: 30 } });
  });

  it('tells_the_limit_with_the_signal_that_the_kernel_made_for_it_and_with_no_other', () => {
    const { tracker, events } = setUp();
    const at = 200n * second;
    const limit = { kind: 'limit', at, who: who(7), signal: 24, resource: 0, soft: 5n, hard: undefined } as const;
    tracker.handle({ ...limit, cpuTime: 5n * second }, 1);
    tracker.handle(signal(who(8), who(9), at, 24, 128), 2);
    tracker.handle(signal(who(7), who(7), at, 24, 128), 3);
    tracker.handle(signal(who(7), who(7), at + 1n, 24, 128), 4);
    tracker.handle({ ...limit, resource: 7, cpuTime: undefined, at: at + 2n }, 5);
    tracker.handle(signal(who(7), who(7), at + 2n, 24, 128), 6);
    const limits = events.flatMap((event) => (event.kind === 'signal' ? [event.limit] : []));
    const cpu = { resource: 'cpu', soft: 5, cpuTime: String(5n * second) };
    expect(limits).toEqual([undefined, cpu, undefined, undefined]);
    for (const event of events) expect(() => KnownEvent.parse(event)).not.toThrow();
  });

  it('looks_at_the_memory_when_a_daemon_ends_somebody_to_free_some', () => {
    const asked: [bigint, string | undefined][] = [];
    const lookAtMemory: Host['lookAtMemory'] = (at, cgroup) => {
      asked.push([at, cgroup]);
      return { at: String(at + 5n), total: 4096, available: 1024, stalled: { some: 12.5 } };
    };
    const { tracker, events } = setUp({ lookAtMemory, pathOfCgroup: () => '/box' });
    const daemon = who(7, { comm: 'earlyoom' });
    const victim = who(9, { cgroup: { hierarchy: 0, id: 5n } });
    tracker.handle(signal(daemon, victim, 200n * second, 15), 1);
    tracker.handle(signal(daemon, victim, 201n * second, 10), 2);
    tracker.handle(signal(who(8), victim, 202n * second, 15), 3);
    tracker.replay(signal(daemon, victim, 203n * second, 9), 4);
    expect(asked).toEqual([[200n * second, '/box']]);
    const states = events.flatMap((event) => (event.kind === 'signal' ? [event.memory?.available] : []));
    expect(states).toEqual([1024, undefined, undefined]);
    for (const event of events) expect(() => KnownEvent.parse(event)).not.toThrow();
  });

  it('describes_anew_who_changed_the_user_without_an_exec', () => {
    const { tracker, kinds, events } = setUp();
    tracker.handle(exec(who(40, { euid: 0 }), 1n, '/usr/sbin/daemon'), 1);
    tracker.handle(signal(who(40, { euid: 33 }), who(30), 2n, 15), 2);
    expect(kinds()).toEqual(['process exec 40', 'process signal 30', 'process exec 40', 'signal']);
    expect(events[2]).toMatchObject({ user: { uid: 33 }, exe: '/usr/sbin/daemon', execAt: '1' });
  });

  it('asks_/proc_for_a_relative_name_and_takes_what_it_gets_when_the_process_is_gone', () => {
    const { tracker, events } = setUp({ readExe: (pid) => (pid === 40 ? '/opt/app/run' : undefined) });
    tracker.handle(exec(who(40), 1n, './run'), 1);
    tracker.handle(exec(who(41), 2n, './gone'), 2);
    expect(events.map((event) => event.kind === 'process' && event.exe)).toEqual(['/opt/app/run', './gone']);
  });

  it('redacts_what_it_reads_from_the_kernel_and_from_/proc', () => {
    const image = { exe: '/bin/app', args: ['app', '--token', 'abc'], argsCut: false, cgroup: '/x' };
    const { tracker, events } = setUp({ readImage: () => image });
    tracker.takeSnapshot([task(who(30))], false);
    tracker.handle(exec(who(40), 1n, 'app', '--password=abc'), 1);
    expect(JSON.stringify(events)).not.toContain('abc');
    expect(events[0]).toMatchObject({ cgroup: '/x', args: ['app', '--token', '[redacted]'] });
  });

  it('describes_everyone_again_in_a_later_snapshot_and_forgets_who_is_gone', () => {
    const { tracker, kinds, events } = setUp();
    tracker.takeSnapshot([task(who(30)), task(who(31))], false);
    tracker.takeSnapshot([task(who(30)), task(who(32, { dead: true }))], false);
    expect(kinds()).toEqual(['process snapshot 30', 'process snapshot 31', 'process snapshot 30']);
    // Both are remembered: something may refer to the one that is gone.
    expect(tracker.describeAll(1n)).toHaveLength(2);
    expect(events).toHaveLength(3);
  });

  it('ends_lives_that_are_gone_from_/proc_not_knowing_how', () => {
    const { tracker, events } = setUp();
    tracker.compare([task(who(30)), task(who(31))], 1n, true);
    tracker.compare([task(who(30))], 2n, false);
    expect(events.at(-1)).toEqual({
      kind: 'exit',
      at: '2',
      pid: 31,
      start: (31n * second).toString(),
      coreDumped: false,
    });
  });

  it('does_not_follow_a_damaged_lineage_in_circles', () => {
    const { tracker, kinds } = setUp();
    const self = who(40, { parentPid: 40, parentStart: 40n * second });
    tracker.handle(exec(self, 1n, '/bin/a'), 1);
    expect(kinds()).toEqual(['process exec 40']);
    expect(tracker.describeAll(1n)).toHaveLength(1);
  });

  const service = { hierarchy: 0, id: 77n };
  const redis = { cgroup: '/system.slice/redis.service', unit: 'redis.service' };

  it('places_a_process_by_the_cgroup_that_the_record_names', () => {
    const { tracker, events } = setUp({ pathOfCgroup: () => redis.cgroup });
    tracker.handle(exec(who(40, { cgroup: service }), 1n, '/usr/bin/redis-server'), 1);
    expect(events[0]).toMatchObject(redis);
  });

  it('describes_anew_who_was_moved_between_its_exec_and_a_signal', () => {
    const { tracker, events, kinds } = setUp({
      pathOfCgroup: ({ id }) => (id === 77n ? redis.cgroup : '/'),
    });
    const before = { cgroup: { hierarchy: 0, id: 0n } };
    tracker.handle(exec(who(30, before), 1n, '/bin/a'), 1);
    tracker.handle(exec(who(40, before), 2n, '/bin/b'), 2);
    tracker.handle(signal(who(30, { cgroup: service }), who(40, before), 3n, 9), 3);
    tracker.handle(exit(who(40, { cgroup: service }), 4n, 9), 4);
    expect(kinds().slice(2)).toEqual(['process exec 30', 'signal', 'process exec 40', 'exit']);
    expect(events[2]).toMatchObject(redis);
    expect(events[4]).toMatchObject(redis);
  });

  it('learns_new_cgroups_and_lets_a_fork_inherit_one_that_has_no_path', () => {
    const learnt: string[] = [];
    const { tracker, events } = setUp({
      learnCgroup: ({ hierarchy, id }, path) => learnt.push(`${hierarchy}:${id} ${path}`),
      readCgroup: () => redis.cgroup,
    });
    tracker.handle({ kind: 'cgroup', at: 1n, who: who(30), cgroup: service, path: '/new' }, 1);
    expect(learnt).toEqual(['0:77 /new']);
    tracker.handle(exec(who(30, { cgroup: service }), 2n, '/bin/a'), 2);
    tracker.handle(fork(who(40, { cgroup: service, parentPid: 30, parentStart: 30n * second }), 3n), 3);
    tracker.handle(exit(who(40, { cgroup: service }), 4n, 0), 4);
    expect(events.filter((event) => event.kind === 'process')).toMatchObject([redis, redis]);
  });

  it('tells_the_ssh_source_of_a_whole_session_also_for_who_is_gone_at_once', () => {
    const login = { loginUid: 1000, session: 3 };
    const { tracker, events } = setUp({ readSshSource: (pid) => (pid === 20 ? '10.0.0.4' : undefined) });
    tracker.takeSnapshot([task(who(20, { ...login, session: 2 }))], false);
    tracker.handle({ ...exec(who(30, login), 1n, '/bin/bash'), sshSource: '10.0.0.5' }, 1);
    tracker.handle(exec(who(40, login), 2n, '/bin/kill'), 2);
    tracker.handle(exec(who(50, { ...login, session: 4 }), 3n, '/bin/kill'), 3);
    tracker.handle(exec(who(60, { ...login, session: 2 }), 4n, '/bin/kill'), 4);
    const found = events.map((event) => event.kind === 'process' && event.login?.sourceAddress);
    expect(found).toEqual(['10.0.0.4', '10.0.0.5', '10.0.0.5', undefined, '10.0.0.4']);
  });
});
