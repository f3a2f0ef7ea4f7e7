import { describe, expect, test } from 'vitest';
import type { Event, ExitEvent, ProcessEvent, SignalEvent } from '../contract/index.js';
import { toRows } from './batch.rows.js';

const ref = { pid: 7, start: '70' };
const image = (comm: string, execAt?: string, more: Partial<ProcessEvent> = {}): ProcessEvent => ({
  kind: 'process',
  at: execAt ?? '70',
  ...ref,
  origin: 'exec',
  comm,
  args: [comm],
  ...(execAt ? { execAt } : {}),
  ...more,
});
const signal = (at: string): SignalEvent => ({
  kind: 'signal',
  at,
  signal: 9,
  code: 0,
  target: { pid: 8, start: '80' },
  sender: ref,
  disposition: 'default',
  result: 'delivered',
});
const exit = (at: string, code: number): ExitEvent => ({ kind: 'exit', at, ...ref, code, coreDumped: false });

test('what_else_was_so_when_a_signal_was_made_is_kept_as_it_came', () => {
  const limit = { resource: 'cpu' as const, soft: 5 };
  const memory = { at: '91', total: 4096 };
  const rows = toRows([signal('90'), { ...signal('91'), limit }, { ...signal('92'), memory }]).signals;
  const circumstances = rows.map((row) => (row as { circumstances?: object }).circumstances);
  expect(circumstances).toEqual([undefined, { limit }, { memory }]);
});

describe('lives', () => {
  test('several_descriptions_of_one_life_are_one_row_and_keep_what_only_the_earlier_one_said', () => {
    const { processes } = toRows([image('sh', '71', { tty: 'pts/0' }), image('ls', '72'), image('cat', '73')]);
    expect(processes).toEqual([
      expect.objectContaining({ comm: 'cat', exec_ns: '73', tty: 'pts/0', execs: ['71', '72', '73'] }),
    ]);
  });

  test('one_that_was_moved_out_of_its_unit_and_container_is_in_neither', () => {
    const placed = { cgroup: '/a.service/x', unit: 'a.service', container: { id: 'ab', runtime: 'podman', pod: 'p' } };
    const [stays] = toRows([image('sh', '71', placed), image('ls', '72')]).processes;
    expect(stays).toMatchObject({
      unit: 'a.service',
      container_id: 'ab',
      container_runtime: 'podman',
      container_pod: 'p',
    });
    const [moved] = toRows([image('sh', '71', placed), image('ls', '72', { cgroup: '/' })]).processes;
    expect(moved).toMatchObject({ cgroup: '/', unit: undefined, container_id: undefined, container_pod: undefined });
  });

  test('the_same_pid_with_another_start_is_another_life', () => {
    expect(toRows([image('a'), image('b', undefined, { start: '99' })]).processes).toHaveLength(2);
  });

  test('one_life_has_one_death_the_first', () => {
    expect(toRows([exit('90', 3), exit('91', 4)]).deaths).toEqual([
      expect.objectContaining({ died_ns: '90', exit_code: 3 }),
    ]);
  });

  test('one_that_ends_in_the_same_batch_is_a_row_with_its_end', () => {
    const [row] = toRows([image('sh', '71'), exit('90', 3), exit('91', 4)]).processes;
    expect(row).toMatchObject({ exec_ns: '71', end: { died_ns: '90', exit_code: 3 } });
    expect(toRows([image('sh', '71')]).processes[0]).toMatchObject({ end: undefined });
  });
});

describe('images', () => {
  test('one_that_acted_is_kept_until_the_exec_that_replaced_it', () => {
    const { formerImages } = toRows([image('sh', '71'), signal('72'), image('ls', '73'), image('cat', '74')]);
    expect(formerImages).toEqual([
      expect.objectContaining({ comm: 'sh', until_ns: '73' }),
      expect.objectContaining({ comm: 'ls', until_ns: '74' }),
    ]);
  });

  test('one_that_did_nothing_is_not', () => {
    expect(toRows([image('sh', '71'), image('ls', '73'), signal('74')]).formerImages).toEqual([]);
  });

  test('being_described_again_is_no_exec', () => {
    expect(toRows([image('sh', '71'), signal('72'), image('sh', '71', { at: '75' })]).formerImages).toEqual([]);
  });
});

test('every_kind_has_its_place', () => {
  const events: Event[] = [
    { kind: 'loss', at: '9', cause: 'rejected', since: '1', until: '2', count: 5 },
    { kind: 'oom_kill', at: '9', victim: ref },
    { kind: 'oom_report', at: '9', sequence: 3, victims: [{ pid: 7, comm: 'w', process: ref }], tasks: [] },
    { kind: 'kernel_log', at: '9', sequence: 4, topic: 'segfault', process: ref, pid: 8, text: 'w[8]: segfault' },
    { kind: 'core_dump', at: '9', victim: ref, obstacle: 'pattern' },
    { kind: 'episode', at: '9', ...ref, state: 'zombie', since: '8' },
    { kind: 'throttle', at: '9', cgroup: '/a', state: 'start', since: '9' },
    { kind: 'snapshot', at: '9', since: '8', processes: 1 },
    { kind: 'agent_stop', at: '9' },
    { kind: 'from_the_future', at: '9', what: [1] },
  ];
  expect(toRows(events)).toEqual({
    processes: [],
    formerImages: [],
    signals: [],
    deaths: [],
    oomKills: [{ victim_pid: 7, victim_start_ns: '70', at_ns: '9' }],
    oomReports: [expect.objectContaining({ line: 3, at: '9' })],
    kernelLog: [expect.objectContaining({ line: 4, at_ns: '9', pid: 7, start_ns: '70', topic: 'segfault' })],
    coreDumps: [{ pid: 7, start_ns: '70', at_ns: '9', obstacle: 'pattern' }],
    episodes: [{ pid: 7, start_ns: '70', state: 'zombie', since_ns: '8', seen_ns: '9' }],
    throttles: [{ cgroup: '/a', since_ns: '9' }],
    losses: [{ since_ns: '1', until_ns: '2', cause: 'rejected', count: 5 }],
    unknown: [events.at(-1)],
    agentStart: null,
    snapshot: events.find((event) => event.kind === 'snapshot'),
    agentStop: events.find((event) => event.kind === 'agent_stop'),
    latest: 70n,
  });
});

test('an_agent_that_starts_after_the_goodbye_of_another_has_not_said_it', () => {
  const start: Event = {
    kind: 'agent_start',
    at: '8',
    version: '1',
    rung: 'ebpf',
    blindSpots: [],
    kernel: '6',
    arch: 'x64',
    resumed: true,
  };
  const stop: Event = { kind: 'agent_stop', at: '7' };
  expect(toRows([stop, start])).toMatchObject({ agentStart: start, agentStop: null, latest: 8n });
  expect(toRows([start, stop])).toMatchObject({ agentStart: start, agentStop: stop, latest: 8n });
});

describe('one thing told in parts', () => {
  test('an_episode_that_begins_and_ends_in_one_batch_is_one_row', () => {
    const parent = { pid: 1, start: '0' };
    const episode = { kind: 'episode', ...ref, state: 'zombie', since: '80' } as const;
    const { episodes } = toRows([
      { ...episode, at: '90', parent },
      { ...episode, at: '95', until: '94' },
    ]);
    expect(episodes).toEqual([expect.objectContaining({ seen_ns: '95', until_ns: '94', parent_pid: 1 })]);
  });

  test('episodes_of_other_states_and_times_are_others', () => {
    const episode = { kind: 'episode', at: '90', ...ref } as const;
    const { episodes } = toRows([
      { ...episode, state: 'stopped', since: '80' },
      { ...episode, state: 'stopped', since: '85' },
      { ...episode, state: 'uninterruptible', since: '80' },
    ]);
    expect(episodes).toHaveLength(3);
  });

  test('a_throttle_that_begins_and_ends_in_one_batch_is_one_row', () => {
    const throttle = { kind: 'throttle', cgroup: '/a', since: '80' } as const;
    const { throttles } = toRows([
      { ...throttle, at: '80', state: 'start' },
      { ...throttle, at: '90', state: 'stop', count: 5 },
    ]);
    expect(throttles).toEqual([{ cgroup: '/a', since_ns: '80', until_ns: '90', count: 5 }]);
  });

  test('what_becomes_of_a_core_dump_is_one_row', () => {
    const dump = { kind: 'core_dump', victim: ref } as const;
    const { coreDumps } = toRows([
      { ...dump, at: '90', pattern: '|/handler' },
      { ...dump, at: '95', path: '/cores/1', sizeBytes: 7 },
    ]);
    expect(coreDumps).toEqual([
      expect.objectContaining({ at_ns: '95', pattern: '|/handler', path: '/cores/1', size_bytes: 7 }),
    ]);
  });
});

describe('the name of a record of the kernel log', () => {
  const line = { kind: 'kernel_log', at: '9', topic: 'segfault', text: 'x' } as const;
  const names = (...events: Event[]) => toRows(events).kernelLog.map((row) => String((row as { line: unknown }).line));

  test('is_its_sequence_number', () => {
    expect(names({ ...line, sequence: 0 }, { ...line, sequence: 7 })).toEqual(['0', '7']);
  });

  test('is_a_negative_digest_where_there_is_none_alike_for_alike_records', () => {
    const [one, again, other] = names(line, { ...line }, { ...line, text: 'y' });
    expect(one).toMatch(/^-\d{1,19}$/);
    expect(again).toBe(one);
    expect(other).not.toBe(one);
    expect(BigInt(one!)).toBeGreaterThanOrEqual(-(2n ** 63n));
  });
});
