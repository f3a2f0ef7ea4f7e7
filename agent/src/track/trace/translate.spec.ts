import { describe, expect, it } from 'vitest';
import type { KernelRecord, Who } from '../../kernel/record.js';
import type { FileSizeLimit } from '../../kernel/proc-limits.js';
import type { SignalSets } from '../../kernel/signal-sets.js';
import type { TraceEvent } from '../../kernel/trace/event.js';
import { TracedLives } from './lives.js';
import { translate } from './translate.js';

const ms = 1_000_000n;
const tick = 10n * ms;

function who(pid: number, start: bigint, changes: Partial<Who> = {}): Who {
  const absent = { loginUid: undefined, session: undefined, tty: undefined, cgroup: undefined };
  const parent = { parentPid: 1, parentStart: 0n };
  return {
    pid,
    tid: pid,
    start,
    ...parent,
    uid: 7,
    euid: 7,
    kernelThread: false,
    dead: false,
    comm: 'p',
    ...absent,
    ...changes,
  };
}

/** A host whose /proc holds what the test puts there. */
function setUp(...processes: readonly Who[]) {
  const proc = new Map(processes.map((one) => [one.pid, one]));
  const signalSets = new Map<number, SignalSets>();
  const threads = new Map<number, readonly number[]>();
  const fileSizeLimits = new Map<number, FileSizeLimit>();
  const lives = new TracedLives({
    readTask: (pid) => proc.get(pid),
    processOfThread: (tid) => [...proc.keys()].find((pid) => pid === tid || threads.get(pid)?.includes(tid)),
    threadsOf: (pid) => threads.get(pid) ?? [pid],
  });
  lives.reconcile(processes, 1n);
  const details = {
    readTask: (pid: number) => proc.get(pid),
    readSignalSets: (pid: number) => signalSets.get(pid),
    readFileSizeLimit: (pid: number) => fileSizeLimits.get(pid),
  };
  return {
    proc,
    signalSets,
    threads,
    fileSizeLimits,
    lives,
    run: (...events: TraceEvent[]) => translate(events, lives, details),
  };
}

const newtask = (at: bigint, tid: number, child: number, flags = 0): TraceEvent => ({
  kind: 'newtask',
  at,
  tid,
  child,
  comm: 'p',
  flags,
});
const exec = (at: bigint, pid: number, filename = '/bin/x', oldTid = pid): TraceEvent => ({
  kind: 'exec',
  at,
  tid: pid,
  pid,
  oldTid,
  filename,
});
const exit = (at: bigint, tid: number, groupDead = true): TraceEvent => ({
  kind: 'exit',
  at,
  tid,
  comm: 'p',
  groupDead,
});
const call = (at: bigint, tid: number, code: number, group = true): TraceEvent => ({
  kind: 'exit-call',
  at,
  tid,
  group,
  code,
});
const send = (at: bigint, tid: number, target: number, signal: number, result = 0, code = 0): TraceEvent => ({
  kind: 'generate',
  at,
  tid,
  target,
  signal,
  result,
  code,
  comm: 'p',
  group: true,
});
const deliver = (at: bigint, tid: number, signal: number, handled = false): TraceEvent => ({
  kind: 'deliver',
  at,
  tid,
  signal,
  code: 0,
  handled,
});
const thread = 0x1_0000;

const statusOf = (records: readonly KernelRecord[]) =>
  records.flatMap((record) => (record.kind === 'exit' ? [record.status] : []));
const dispositionsOf = (records: readonly KernelRecord[]) =>
  records.flatMap((record) => (record.kind === 'signal' ? [record.disposition] : []));

describe('who is meant', () => {
  it('gives_a_child_the_time_of_its_fork_and_what_its_parent_is', () => {
    const { run } = setUp(who(5, tick, { loginUid: 1000, tty: 'pts/1' }));
    const [fork] = run(newtask(50n * ms, 5, 6));
    expect(fork).toMatchObject({ kind: 'fork', who: { pid: 6, start: 50n * ms, parentPid: 5, parentStart: tick } });
    expect(fork?.who).toMatchObject({ loginUid: 1000, tty: 'pts/1', euid: 7 });
  });

  it('gives_a_child_of_clone_parent_the_parent_of_its_maker', () => {
    const { run } = setUp(who(1, 0n), who(5, tick, { parentPid: 1 }));
    const [fork] = run(newtask(50n * ms, 5, 6, 0x8000));
    expect(fork?.who).toMatchObject({ pid: 6, parentPid: 1, parentStart: 0n });
  });

  it('tells_two_lives_of_one_pid_apart_also_within_one_tick', () => {
    const { run } = setUp(who(5, tick));
    const records = run(newtask(51n * ms, 5, 6), exit(52n * ms, 6), newtask(53n * ms, 5, 6), exit(54n * ms, 6));
    expect(records.map((record) => [record.kind, record.who.start])).toEqual([
      ['fork', 51n * ms],
      ['exit', 51n * ms],
      ['fork', 53n * ms],
      ['exit', 53n * ms],
    ]);
  });

  it('knows_a_process_by_the_start_it_was_seen_with_first', () => {
    const { run, lives, proc } = setUp(who(5, tick));
    run(newtask(10n * tick + 3n, 5, 6));
    // /proc has the start of before the event, in whole ticks.
    proc.set(6, who(6, 9n * tick, { comm: 'q' }));
    expect(lives.reconcile([...proc.values()], 11n * tick).find(({ pid }) => pid === 6)).toMatchObject({
      start: 10n * tick + 3n,
      comm: 'q',
    });
    // Somebody younger: the end of the other was lost.
    proc.set(6, who(6, 20n * tick));
    expect(lives.reconcile([...proc.values()], 21n * tick).find(({ pid }) => pid === 6)?.start).toBe(20n * tick);
  });

  it('does_not_tell_a_process_twice_that_proc_had_before_its_fork_was_read', () => {
    const { run } = setUp(who(5, tick), who(6, 5n * tick));
    expect(run(newtask(5n * tick + 4n * ms, 5, 6))).toEqual([]);
  });

  it('finds_the_process_of_a_thread_that_is_older_than_the_trace', () => {
    const { run, proc, threads } = setUp();
    proc.set(5, who(5, tick));
    threads.set(5, [5, 55]);
    const [sent] = run(send(60n * ms, 55, 5, 10));
    expect(sent?.who).toMatchObject({ pid: 5, tid: 55, start: tick });
  });

  it('tells_of_somebody_whom_nobody_knows_as_somebody_new', () => {
    const { run, proc } = setUp(who(5, tick));
    const [sent] = run(send(60n * ms, 77, 5, 10));
    expect(sent?.who).toMatchObject({ pid: 77, start: 60n * ms, euid: undefined });
    // The pid is somebody else's by the time that /proc is asked.
    proc.set(78, who(78, 100n * tick));
    const [other] = run(send(61n * ms, 78, 5, 10));
    expect(other?.who).toMatchObject({ pid: 78, start: 61n * ms });
  });

  it('believes_nobody_after_a_gap_whom_proc_does_not_confirm', () => {
    const { run, lives, proc } = setUp(who(5, tick), who(6, tick), who(7, tick));
    proc.delete(6);
    proc.set(7, who(7, 90n * tick));
    lives.doubt();
    const [one, two, three] = run(exit(70n * ms, 5), exit(71n * ms, 6), exit(72n * ms, 7));
    expect(one?.who.start).toBe(tick);
    expect(two?.who.start).toBe(71n * ms);
    expect(three?.who.start).toBe(72n * ms);
  });

  it('remembers_for_the_next_agent_who_lives_and_forgets_who_ended', () => {
    const { run, lives } = setUp(who(5, tick));
    expect(lives.takeChanges().began.map(({ who }) => who.pid)).toEqual([5]);
    run(newtask(50n * ms, 5, 6), newtask(51n * ms, 5, 7), exit(52n * ms, 7));
    expect(lives.takeChanges()).toMatchObject({ began: [{ who: { pid: 6, start: 50n * ms }, others: [] }], ended: [] });
    run(exit(53n * ms, 6));
    expect(lives.takeChanges()).toEqual({ began: [], ended: [6] });
  });
});

describe('how it ended', () => {
  const child = newtask(50n * ms, 5, 6);

  it.each<[string, readonly TraceEvent[], number | undefined]>([
    ['by exit_group', [call(52n * ms, 6, 3)], 3 << 8],
    ['with a code of more than a byte', [call(52n * ms, 6, -1)], 255 << 8],
    ['by the exit of its only thread', [call(52n * ms, 6, 4, false)], 4 << 8],
    ['by SIGKILL', [send(52n * ms, 5, 6, 9), deliver(53n * ms, 6, 9)], 9],
    ['by SIGTERM, which is delivered as 9', [send(52n * ms, 5, 6, 15), deliver(53n * ms, 6, 9)], 15],
    ['by a fault', [send(52n * ms, 6, 6, 11, 0, 1), deliver(53n * ms, 6, 11)], 11],
    [
      'by SIGKILL, after a SIGTERM that it handled',
      [send(51n * ms, 5, 6, 15), deliver(52n * ms, 6, 15, true), send(53n * ms, 5, 6, 9), deliver(54n * ms, 6, 9)],
      9,
    ],
    [
      'by SIGTERM, with a SIGKILL that came too late',
      [send(51n * ms, 5, 6, 15), send(52n * ms, 5, 6, 9, 1), deliver(53n * ms, 6, 9)],
      15,
    ],
    ['by exit_group, whose other threads are killed', [call(52n * ms, 6, 5), deliver(53n * ms, 66, 9)], 5 << 8],
    [
      'by exit_group, of an init that no signal ends',
      [send(51n * ms, 6, 6, 15), deliver(52n * ms, 6, 15), call(53n * ms, 6, 2)],
      2 << 8,
    ],
    [
      'by a new image’s exit, not the signals before it',
      [send(51n * ms, 5, 6, 15, 2), exec(52n * ms, 6), call(53n * ms, 6, 0)],
      0,
    ],
    ['in a way that nothing shows', [], undefined],
  ])('%s', (_, events, status) => {
    const { run } = setUp(who(5, tick));
    expect(
      statusOf(
        run(child, newtask(50n * ms + 1n, 6, 66, thread), ...events, exit(60n * ms, 66, false), exit(61n * ms, 6)),
      ),
    ).toEqual([status]);
  });

  it('ends_with_its_last_thread_whichever_that_is', () => {
    for (const groupDead of [true, undefined]) {
      const { run } = setUp(who(5, tick));
      const first = { ...exit(52n * ms, 6), groupDead: groupDead && false } as TraceEvent;
      const records = run(child, newtask(51n * ms, 6, 66, thread), first, call(53n * ms, 66, 8), {
        ...exit(54n * ms, 66),
        groupDead,
      } as TraceEvent);
      expect(records.map(({ kind, at }) => [kind, at])).toEqual([
        ['fork', 50n * ms],
        ['exit', 54n * ms],
      ]);
      expect(records.at(-1)).toMatchObject({ who: { pid: 6 }, status: 8 << 8 });
    }
  });

  it('goes_on_as_the_first_thread_when_another_one_calls_exec', () => {
    const { run } = setUp(who(5, tick));
    const records = run(
      child,
      newtask(51n * ms, 6, 66, thread),
      deliver(52n * ms, 6, 9),
      exit(53n * ms, 6, false),
      exec(54n * ms, 6, '/bin/y', 66),
      call(55n * ms, 6, 1),
      { ...exit(56n * ms, 6), groupDead: undefined } as TraceEvent,
    );
    expect(records.map(({ kind }) => kind)).toEqual(['fork', 'exec', 'exit']);
    expect(statusOf(records)).toEqual([1 << 8]);
  });
});

describe('what became of a signal', () => {
  it('tells_one_that_was_caught_from_one_that_was_not', () => {
    const { run, signalSets } = setUp(who(5, tick), who(6, tick), who(7, tick));
    signalSets.set(6, { caught: 1n << 14n, ignored: 1n << 9n });
    const caughtAtOnce = [send(50n * ms, 5, 7, 12), deliver(51n * ms, 7, 12, true)];
    const records = run(
      ...caughtAtOnce,
      send(52n * ms, 5, 6, 15),
      send(53n * ms, 5, 6, 10, 1),
      send(54n * ms, 5, 6, 12),
    );
    expect(dispositionsOf(records)).toEqual([2, 2, 1, 0]);
  });

  it('leaves_out_the_timer_of_a_process_that_catches_it', () => {
    const { run } = setUp(who(5, tick));
    const timer = (signal: number) => send(50n * ms, 5, 5, signal, 0, 128);
    expect(run(timer(27), deliver(51n * ms, 5, 27, true))).toEqual([]);
    expect(run(timer(14), deliver(51n * ms, 5, 9))).toHaveLength(1);
    expect(run(send(50n * ms, 5, 5, 14), deliver(51n * ms, 5, 14, true))).toHaveLength(1);
  });

  it('asks_proc_for_the_file_size_limit_of_whoever_reached_it_once', () => {
    const { run, fileSizeLimits } = setUp(who(5, tick), who(6, tick));
    fileSizeLimits.set(5, { soft: 4096n, hard: undefined });
    const reached = (at: bigint, tid: number) => ({ ...send(at, tid, 5, 25), group: false }) as TraceEvent;
    const records = run(reached(50n * ms, 5), reached(51n * ms, 5), reached(52n * ms, 6), send(53n * ms, 5, 5, 25));
    expect(records.map(({ kind }) => kind)).toEqual(['limit', 'signal', 'signal', 'signal', 'signal']);
    expect(records[0]).toMatchObject({ at: 50n * ms, signal: 25, resource: 1, soft: 4096n, hard: undefined });
  });

  it('keeps_who_was_running_and_which_thread_was_meant', () => {
    const { run } = setUp(who(5, tick), who(6, tick));
    const [idle, direct] = run(send(50n * ms, 0, 6, 10), { ...send(51n * ms, 5, 6, 10), group: false } as TraceEvent);
    expect(idle?.who.pid).toBe(0);
    expect(direct).toMatchObject({ group: false, who: { pid: 5, tid: 5 }, target: { pid: 6, tid: 6 } });
  });
});

describe('what exec brings', () => {
  it('asks_proc_for_the_arguments_of_whoever_is_still_there', () => {
    const { run, proc } = setUp(who(5, tick), who(6, tick), who(7, tick));
    proc.set(6, who(6, tick, { comm: 'x', euid: 0, loginUid: 1000 }));
    proc.set(7, who(7, tick, { comm: 'z' }));
    const [there, moved, gone] = run(exec(50n * ms, 6), exec(51n * ms, 7), exec(52n * ms, 5), exit(53n * ms, 5));
    expect(there).toMatchObject({ argsMissing: true, who: { comm: 'x', euid: 0, loginUid: 1000 } });
    expect(moved).toMatchObject({ argsMissing: false, filename: '/bin/x' });
    expect(gone).toMatchObject({ argsMissing: false, who: { comm: 'x' } });
  });

  it('does_not_take_the_arguments_of_a_later_image_for_an_earlier_one', () => {
    const { run, proc } = setUp(who(6, tick));
    proc.set(6, who(6, tick, { comm: 'x' }));
    const [first, second] = run(exec(50n * ms, 6, '/usr/bin/x'), exec(51n * ms, 6, '/bin/x'));
    expect([first, second]).toMatchObject([{ argsMissing: false }, { argsMissing: true }]);
  });
});
