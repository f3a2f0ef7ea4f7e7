import { describe, expect, it, vi } from 'vitest';
import { KnownEvent, type EpisodeEvent } from '../../../src/contract/index.js';
import type { KernelRecord, Who } from '../kernel/record.js';
import { agentLimits } from '../limits.js';
import { Episodes, type Look, type States } from './episodes.js';
import { mentionsOf } from './mentions.fixture.js';
import { Tracker } from './tracker.js';

const second = 1_000_000_000n;

function who(pid: number, changes: Partial<Who> = {}): Who {
  return {
    pid,
    tid: pid,
    start: BigInt(pid),
    parentPid: 1,
    parentStart: 1n,
    uid: 0,
    euid: 0,
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

const exit = (of: Who, at: bigint): KernelRecord => ({ kind: 'exit', at, who: of, status: 0 });
const fork = (of: Who, at: bigint): KernelRecord => ({ kind: 'fork', at, who: of });
const signal = (number: number, to: Who, at: bigint, changes: object = {}): KernelRecord => ({
  kind: 'signal',
  at,
  who: who(50),
  target: to,
  signal: number,
  code: 0,
  group: true,
  result: 0,
  disposition: 0,
  address: undefined,
  ...changes,
});

interface Process extends Look {
  waitChannel?: string;
  switches?: number;
}

/** A host whose processes are what `host` says, and an agent that has begun at second 10. */
function setUp(kept: readonly EpisodeEvent[] = []) {
  const host = new Map<number, Process>();
  const told: KnownEvent[] = [];
  const files: (readonly EpisodeEvent[])[] = [];
  const states = {
    halted: undefined as States['halted'],
    exists: vi.fn((pid: number) => host.has(pid)),
    look: vi.fn<States['look']>((pid) => host.get(pid)),
    waitChannel: (pid: number) => host.get(pid)?.waitChannel,
    switches: (pid: number) => host.get(pid)?.switches,
  };
  const tracker = new Tracker(
    {
      nameOfUser: () => undefined,
      readImage: (pid) => {
        const state = host.get(pid)?.state;
        return { exe: undefined, args: [], argsCut: false, cgroup: undefined, ...(state && { state }) };
      },
      readExe: () => undefined,
      readCgroup: () => undefined,
      pathOfCgroup: () => undefined,
      learnCgroup: () => undefined,
      readSshSource: () => undefined,
      lookAtMemory: () => undefined,
      redact: (args) => args,
      pageBytes: 4096,
      onCore: () => undefined,
    },
    (event) => told.push(event),
    new Episodes({ states, kept, keep: (episodes) => files.push(episodes) }),
  );
  const run = (from: number, to: number) => {
    for (let at = from; at <= to; at += 1) tracker.beginTurn(BigInt(at) * second);
  };
  const list = (...whos: Who[]) =>
    tracker.takeSnapshot(
      whos.map((one) => ({ kind: 'task', at: 10n * second, who: one })),
      false,
    );
  return {
    host,
    told,
    files,
    states,
    tracker,
    run,
    list,
    episodes: () => told.filter((event) => event.kind === 'episode'),
  };
}

const sleeping = { state: 'S', parentPid: 1 };
const zombie = { state: 'Z', parentPid: 30 };
const stopped = { state: 'T', parentPid: 1 };

describe('Episodes', () => {
  it('tells_of_a_zombie_and_its_parent_after_the_grace_time_and_again_when_it_was_reaped', () => {
    const { host, tracker, run, list, episodes } = setUp();
    list(who(30));
    run(10, 10);
    host.set(40, zombie);
    tracker.handle(exit(who(40, { parentPid: 30, parentStart: 30n }), 11n * second), 1);
    run(11, 12);
    expect(episodes()).toEqual([]);
    run(13, 20);
    const since = (11n * second).toString();
    const open = { kind: 'episode', pid: 40, start: '40', state: 'zombie', since, parent: { pid: 30, start: '30' } };
    expect(episodes()).toEqual([{ ...open, at: (13n * second).toString() }]);
    host.delete(40);
    run(21, 25);
    expect(episodes()[1]).toEqual({ ...open, at: (21n * second).toString(), until: (21n * second).toString() });
    expect(episodes()).toHaveLength(2);
  });

  it('asks_once_for_a_process_that_was_reaped_and_reads_nothing_of_it', () => {
    const { states, tracker, run, episodes } = setUp();
    run(10, 10);
    for (let pid = 100; pid < 5_600; pid += 1) tracker.handle(exit(who(pid), 11n * second), 1);
    run(11, 30);
    expect(states.exists).toHaveBeenCalledTimes(5_500);
    expect(states.look).not.toHaveBeenCalled();
    expect(episodes()).toEqual([]);
  });

  it('does_not_take_the_next_life_of_a_pid_for_the_zombie_of_the_last', () => {
    const { host, states, tracker, run, episodes } = setUp();
    run(10, 10);
    tracker.handle(exit(who(40), 11n * second), 1);
    tracker.handle(fork(who(40, { start: 400n }), 12n * second), 2);
    host.set(40, sleeping);
    run(11, 20);
    expect(episodes()).toEqual([]);
    expect(states.look.mock.calls.every(([, start]) => start === 400n)).toBe(true);
  });

  it('ends_a_zombie_whose_pid_has_a_new_life', () => {
    const { host, tracker, run, episodes } = setUp();
    host.set(40, zombie);
    tracker.handle(exit(who(40), 10n * second), 1);
    run(10, 14);
    tracker.handle(fork(who(40, { start: 400n }), 14n * second), 2);
    run(15, 15);
    expect(episodes().map(({ start, until }) => [start, until])).toEqual([
      ['40', undefined],
      ['40', (15n * second).toString()],
    ]);
  });

  it('says_who_has_to_wait_for_a_zombie_now_when_its_parent_ends', () => {
    const { host, tracker, run, list, episodes } = setUp();
    list(who(30), who(31));
    host.set(40, zombie);
    tracker.handle(exit(who(40, { parentPid: 30, parentStart: 30n }), 10n * second), 1);
    run(10, 14);
    host.set(40, { state: 'Z', parentPid: 31 });
    tracker.handle(exit(who(30), 14n * second), 2);
    run(15, 20);
    expect(episodes().map(({ parent }) => parent?.pid)).toEqual([30, 31]);
    expect(new Set(episodes().map(({ since }) => since)).size).toBe(1);
  });

  it('finds_the_zombies_and_the_stopped_that_were_there_before_it', () => {
    const { host, run, list, episodes } = setUp();
    host.set(40, { state: 'Z', parentPid: 30 });
    host.set(41, stopped);
    const crowd = Array.from({ length: 500 }, (_, index) => who(1_000 + index));
    list(who(30), who(40, { dead: true, parentPid: 30, parentStart: 30n }), who(41), ...crowd);
    run(10, 14);
    expect(episodes()).toMatchObject([
      { pid: 40, state: 'zombie', since: (10n * second).toString(), parent: { pid: 30 } },
      { pid: 41, state: 'stopped' },
    ]);
  });

  it('takes_the_time_of_death_from_an_exit_that_was_still_waiting_to_be_read', () => {
    const { host, tracker, run, list, episodes } = setUp();
    host.set(40, zombie);
    list(who(40, { dead: true }));
    tracker.handle(exit(who(40), 7n * second), 1);
    run(10, 14);
    expect(episodes()).toMatchObject([{ pid: 40, since: (7n * second).toString() }]);
  });

  it('names_who_stopped_a_process_and_ends_with_the_continue', () => {
    const { host, tracker, run, episodes } = setUp();
    run(10, 10);
    host.set(40, stopped);
    tracker.handle(signal(19, who(40), 10n * second + 5n), 1);
    run(11, 12);
    expect(episodes()).toEqual([]);
    run(13, 13);
    const open = { state: 'stopped', signal: 19, sender: { pid: 50 }, since: (10n * second + 5n).toString() };
    expect(episodes()).toMatchObject([open]);
    tracker.handle(signal(18, who(40), 13n * second + 7n), 2);
    host.set(40, sleeping);
    run(14, 20);
    expect(episodes().slice(1)).toMatchObject([{ ...open, until: (13n * second + 7n).toString() }]);
  });

  it.each([
    ['is_traced', { state: 't', parentPid: 1 }, 19, {}],
    ['runs_on', sleeping, 20, {}],
    ['catches_it', stopped, 20, { disposition: 2 }],
    ['ignores_it', stopped, 20, { result: 1 }],
  ])('does_not_call_a_process_stopped_that_%s', (_, process, number, changes) => {
    const { host, tracker, episodes } = setUp();
    tracker.beginTurn(10n * second);
    host.set(40, process);
    tracker.handle(signal(number, who(40), 10n * second, changes), 1);
    // One turn before the looks in turn would find it, nameless.
    tracker.beginTurn(11n * second);
    host.set(40, sleeping);
    tracker.beginTurn(20n * second);
    expect(episodes()).toEqual([]);
  });

  it('ends_the_episode_of_a_stopped_process_that_is_killed', () => {
    const { host, tracker, run, episodes } = setUp();
    host.set(40, stopped);
    tracker.handle(signal(19, who(40), 10n * second), 1);
    run(10, 13);
    host.delete(40);
    tracker.handle(exit(who(40), 13n * second + 1n), 2);
    run(14, 20);
    expect(episodes().map(({ until }) => until)).toEqual([undefined, (13n * second + 1n).toString()]);
  });

  it('calls_a_process_uninterruptible_that_has_not_run_between_two_looks', () => {
    const { host, run, list, episodes } = setUp();
    list(who(40), who(41), who(42, { kernelThread: true }));
    host.set(40, { state: 'D', parentPid: 1, waitChannel: 'rpc_wait_bit_killable', switches: 7 });
    host.set(41, { state: 'D', parentPid: 1, waitChannel: 'folio_wait_bit', switches: 7 });
    host.set(42, { state: 'D', parentPid: 2, waitChannel: 'kthread', switches: 7 });
    run(10, 11);
    host.set(41, { state: 'D', parentPid: 1, waitChannel: 'folio_wait_bit', switches: 8 });
    run(12, 16);
    const open = { pid: 40, state: 'uninterruptible', since: (11n * second).toString() };
    expect(episodes()).toMatchObject([{ ...open, waitChannel: 'rpc_wait_bit_killable' }]);
    host.set(40, { ...sleeping, switches: 8 });
    run(17, 20);
    expect(episodes().slice(1)).toMatchObject([{ ...open, until: (17n * second).toString() }]);
  });

  it('looks_at_a_few_of_many_each_second_and_at_all_in_turn', () => {
    const { states, run, list } = setUp();
    list(...Array.from({ length: 5_000 }, (_, index) => who(100 + index)));
    states.look.mockClear();
    const rounds = Math.ceil(5_000 / agentLimits.stateLooksPerSecond);
    run(10, 11);
    expect(states.look).toHaveBeenCalledTimes(agentLimits.stateLooksPerSecond);
    run(12, 10 + rounds);
    expect(new Set(states.look.mock.calls.map(([pid]) => pid)).size).toBe(5_000);
  });

  it('looks_at_those_only_whom_the_kernel_lists_where_it_can_be_asked', () => {
    const { host, states, run, list, episodes } = setUp();
    const crowd = Array.from({ length: 5_000 }, (_, index) => who(100 + index));
    list(...crowd, who(40));
    states.look.mockClear();
    host.set(40, { state: 'D', parentPid: 1, waitChannel: 'nfs', switches: 7 });
    const halted = vi.fn(() => [who(40), who(99_999)]);
    states.halted = halted;
    run(10, 30);
    expect(halted.mock.calls.length).toBeLessThanOrEqual(11);
    expect(new Set(states.look.mock.calls.map(([pid]) => pid))).toEqual(new Set([40]));
    expect(episodes()).toMatchObject([{ pid: 40, state: 'uninterruptible', waitChannel: 'nfs' }]);
  });

  it('keeps_within_its_bounds_when_everything_is_a_zombie', () => {
    const { host, states, tracker, run, episodes } = setUp();
    run(10, 10);
    for (let pid = 100; pid < 100 + 2 * agentLimits.episodesMax; pid += 1) {
      host.set(pid, zombie);
      tracker.handle(exit(who(pid), 11n * second), 1);
    }
    run(11, 13);
    expect(states.look.mock.calls.length).toBeLessThanOrEqual(agentLimits.episodeLooksPerSecondMax);
    run(14, 60);
    expect(episodes()).toHaveLength(agentLimits.episodesMax);
  });

  it('lets_a_successor_end_what_it_told_and_go_on_with_what_still_is', () => {
    const first = setUp();
    first.host.set(40, zombie);
    first.host.set(41, stopped);
    first.tracker.handle(exit(who(40), 8n * second), 1);
    first.tracker.handle(signal(19, who(41), 8n * second), 2);
    first.run(10, 12);
    expect(first.episodes()).toHaveLength(2);
    const successor = setUp(first.files.at(-1));
    successor.host.set(40, zombie);
    successor.list(who(40, { dead: true }), who(41));
    successor.run(20, 25);
    expect(successor.episodes()).toMatchObject([
      { pid: 41, since: (8n * second).toString(), until: (21n * second).toString() },
      { pid: 40, since: (8n * second).toString() },
    ]);
    expect(successor.files.at(-1)).toMatchObject([{ pid: 40 }]);
  });

  it('keeps_what_it_tells_before_it_tells_it_and_an_end_until_it_was_surely_told', () => {
    const { host, files, tracker, run, episodes } = setUp();
    host.set(40, zombie);
    tracker.handle(exit(who(40), 10n * second), 1);
    run(10, 13);
    expect(files).toMatchObject([[{ pid: 40 }]]);
    host.delete(40);
    run(14, 14);
    expect(files[1]).toMatchObject([{ pid: 40, until: (14n * second).toString() }]);
    run(15, 20);
    expect(files.slice(2)).toEqual([[]]);
    // A successor that finds an end tells it, in case the agent was killed in between.
    const successor = setUp(files[1]);
    successor.run(20, 22);
    const [end] = episodes().slice(1);
    expect(successor.episodes()).toEqual([{ ...end, at: (21n * second).toString() }]);
  });

  it('tells_what_is_open_again_with_everybody_in_it_after_a_new_process_list', () => {
    const { host, tracker, run, list, told } = setUp();
    list(who(30));
    host.set(40, zombie);
    tracker.handle(exit(who(40, { parentPid: 30, parentStart: 30n }), 10n * second), 1);
    run(10, 13);
    told.length = 0;
    list(who(30), who(40, { dead: true }));
    run(14, 15);
    expect(told.map((event) => event.kind)).toEqual(['process', 'process', 'episode']);
  });

  it('describes_everybody_before_an_episode_refers_to_them', () => {
    const { host, tracker, run, told } = setUp();
    host.set(40, zombie);
    host.set(41, stopped);
    tracker.handle(fork(who(30), 9n * second), 1);
    tracker.handle(exit(who(40, { parentPid: 30, parentStart: 30n }), 9n * second), 1);
    tracker.handle(signal(19, who(41), 9n * second), 1);
    run(10, 14);
    const described = new Set<string>();
    for (const event of told) {
      KnownEvent.parse(event);
      for (const ref of mentionsOf(event)) expect(described).toContain(`${ref.pid}:${ref.start}`);
      if (event.kind === 'process') described.add(`${event.pid}:${event.start}`);
    }
    expect(told.filter(({ kind }) => kind === 'episode')).toHaveLength(2);
  });
});
