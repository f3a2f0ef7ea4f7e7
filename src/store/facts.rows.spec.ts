import { describe, expect, test } from 'vitest';
import { assembleFacts, type FactRows } from './facts.rows.js';
import type { DeathRow, LineageRow, SignalRow } from './rows.js';

const booted_at = new Date('2026-11-20T08:00:00Z');

const process = (pid: number, more: Partial<LineageRow> = {}): LineageRow => ({
  boot: 1,
  pid,
  start_ns: BigInt(pid),
  host_id: 5,
  booted_at,
  origin: 'exec',
  parent_pid: null,
  parent_start_ns: null,
  seen_ns: 1n,
  comm: `p${pid}`,
  exe: null,
  args: [],
  args_cut: false,
  uid: 4294967295n,
  user_name: null,
  login_uid: null,
  login_name: null,
  login_session: null,
  tty: null,
  cgroup: null,
  unit: null,
  container_id: null,
  container_runtime: null,
  container_pod: null,
  login_source: null,
  kernel_thread: false,
  started_at: booted_at,
  ended_at: null,
  died_ns: null,
  ...more,
});

const death = (pid: number, died_ns = 1_000n): DeathRow => ({
  boot: 1,
  pid,
  start_ns: BigInt(pid),
  host_id: 5,
  booted_at,
  died_ns,
  died_at: booted_at,
  exit_code: null,
  signal: 9,
  core_dumped: false,
  cpu_ns: null,
  peak_rss_bytes: null,
  reconstructed: false,
  engine: null,
  rule: null,
  cause: null,
  actor_kind: null,
  actor_pid: null,
  actor_start_ns: null,
  confidence: null,
  summary: null,
  summary_zh: null,
  evidence: null,
});

const signal = (target: number, sender: number | null, at_ns: bigint): SignalRow => ({
  id: at_ns,
  boot: 1,
  at_ns,
  at: booted_at,
  signal: 9,
  code: 0,
  target_pid: target,
  target_start_ns: BigInt(target),
  sender_pid: sender,
  sender_start_ns: sender === null ? null : BigInt(sender),
  running_pid: null,
  running_start_ns: null,
  thread: null,
  disposition: 'default',
  result: 'delivered',
  address: null,
  count: 1n,
  until_ns: null,
  circumstances: null,
});

const factsOf = (pid: number, rows: Partial<FactRows>) =>
  assembleFacts({
    deaths: [death(pid)],
    signals: [],
    oomKills: [],
    oomReports: [],
    coreDumps: [],
    kernelLog: [],
    commands: [],
    requests: [],
    signalsToSenders: [],
    losses: [],
    rungs: new Map(),
    lineage: [],
    formerImages: [],
    ...rows,
  }).get(`1.${pid}.${pid}`)!;

test('a_command_is_behind_a_death_where_its_actor_acted_on_that_process_at_that_time', () => {
  const row = { boot: 1, pid: 9, start_ns: 9n, at_ns: 5n, job: 'j', requested_by: 'alice', approved_by: ['bob'] };
  const behind = (target: string, at_ns = 5n) =>
    factsOf(1, { signals: [signal(1, 9, 5n)], commands: [{ ...row, target, at_ns }] }).command;
  const found = { job: 'j', requestedBy: 'alice', approvedBy: ['bob'], by: { pid: 9, start: '9' } };
  expect(behind('process/b.1.1')).toEqual(found);
  expect(behind('service/redis')).toEqual(found);
  expect(behind('process/b.2.2')).toBeNull();
  expect(behind('process/b.1.1', 6n)).toBeNull();
});

describe('who', () => {
  const bare = { exe: null, args: ['x'], args_cut: false };
  const images = [50n, 90n].map((until_ns) => ({
    boot: 1,
    pid: 2,
    start_ns: 2n,
    until_ns,
    comm: `until-${until_ns}`,
    ...bare,
  }));

  test('the_sender_is_as_it_was_when_it_sent', () => {
    const signals = [40n, 50n, 89n, 90n].map((at) => signal(1, 2, at));
    const facts = factsOf(1, { signals, lineage: [process(1), process(2)], formerImages: images });
    expect(facts.signals.map((item) => item.sender?.comm)).toEqual(['until-50', 'until-90', 'until-90', 'p2']);
  });

  test('a_sender_that_was_not_described_is_known_by_its_pid_and_a_kernel_signal_has_none', () => {
    const facts = factsOf(1, { signals: [signal(1, 9, 5n), signal(1, null, 6n)], lineage: [process(1)] });
    expect(facts.signals.map((item) => item.sender?.ref ?? null)).toEqual([{ pid: 9, start: '9' }, null]);
  });

  test('a_victim_that_was_not_described_is_known_by_its_pid', () => {
    expect(factsOf(1, {}).victim).toMatchObject({ ref: { pid: 1, start: '1' }, comm: '', ancestry: [] });
  });

  test('ancestry_goes_to_init_and_ends_in_a_cycle', () => {
    const parent = (pid: number) => ({ parent_pid: pid, parent_start_ns: BigInt(pid) });
    const line = [process(3, parent(2)), process(2, parent(1)), process(1)];
    expect(factsOf(3, { lineage: line }).victim.ancestry.map((item) => item.ref.pid)).toEqual([2, 1]);
    const cycle = [process(3, parent(2)), process(2, parent(3))];
    expect(factsOf(3, { lineage: cycle }).victim.ancestry.length).toBeLessThanOrEqual(64);
  });

  test('a_login_is_there_when_the_row_has_one', () => {
    const login = { login_uid: 1000n, login_name: 'alice', login_session: 7n, tty: 'pts/0', login_source: '10.0.0.5' };
    expect(factsOf(1, { lineage: [process(1, login)] }).victim.login).toEqual({
      uid: 1000,
      name: 'alice',
      session: 7,
      tty: 'pts/0',
      source: '10.0.0.5',
    });
    expect(factsOf(1, { lineage: [process(1)] }).victim).toMatchObject({ login: null, uid: 4294967295 });
  });
});

test('unit_and_container_are_those_of_the_row', () => {
  const container = { container_id: 'ab', container_runtime: 'podman', container_pod: null };
  expect(factsOf(1, { lineage: [process(1, { unit: 'web.service', ...container })] }).victim).toMatchObject({
    unit: 'web.service',
    container: { id: 'ab', runtime: 'podman', pod: null },
  });
  expect(factsOf(1, { lineage: [process(1)] }).victim).toMatchObject({ unit: null, container: null });
});

test('every_death_gets_its_own_signals_oom_kill_losses_and_rung', () => {
  const loss = {
    id: 1n,
    host_id: 5,
    boot: 1,
    since_ns: 1n,
    until_ns: 2n,
    since: booted_at,
    until: booted_at,
    cause: 'rejected',
    count: null,
    cgroup: null,
  };
  const facts = assembleFacts({
    deaths: [death(1, 1_000n), death(2, 2_000n)],
    signals: [signal(1, null, 5n), signal(2, null, 6n), signal(2, null, 7n)],
    oomKills: [{ boot: 1, victim_pid: 2, victim_start_ns: 2n, at_ns: 6n }],
    oomReports: [],
    coreDumps: [],
    kernelLog: [],
    commands: [],
    requests: [],
    signalsToSenders: [],
    losses: [{ ...loss, died_ns: 1_000n }],
    rungs: new Map([[5, 'ebpf']]),
    lineage: [],
    formerImages: [],
  });
  const seen = [...facts.values()].map((item) => [item.signals.length, item.oomKillAt, item.losses.length, item.rung]);
  expect(seen).toEqual([
    [1, null, 1, 'ebpf'],
    [2, 6n, 0, 'ebpf'],
  ]);
});

test('requests_are_those_before_the_death_by_command_and_by_signal_to_a_sender', () => {
  const signals = [signal(1, 2, 900n), signal(3, 2, 950n)];
  const signalsToSenders = [
    { ...signal(2, 4, 800n), signal: 38 },
    { ...signal(2, 4, 850n), signal: 10 },
    { ...signal(9, 4, 860n), signal: 38 },
  ];
  const requests = [
    { boot: 1, pid: 5, start_ns: 5n, died_ns: 1_000n, at_ns: 700n },
    { boot: 1, pid: 5, start_ns: 5n, died_ns: 2_000n, at_ns: 700n },
  ];
  const lineage = [1, 2, 4, 5].map((pid) => process(pid));
  const facts = factsOf(1, { signals, signalsToSenders, requests, lineage });
  expect(facts.requests.map(({ process: { comm }, at, signal: sent }) => [comm, at, sent])).toEqual([
    ['p5', 700n, null],
    ['p4', 800n, 38],
  ]);
});

describe('a signal that its sender had just got from the kernel', () => {
  const toShell = (at_ns: bigint, code: number) => ({ ...signal(3, null, at_ns), signal: 1, code });
  const passedOn = (...signalsToSenders: SignalRow[]) =>
    factsOf(1, { signals: [{ ...signal(1, 3, 900n), signal: 1 }], signalsToSenders }).signals[0]?.passedOn;

  test('is_passed_on', () => {
    expect(passedOn(toShell(500n, 128), toShell(800n, 128), toShell(950n, 128))).toBe(800n);
  });

  test('is_not_where_somebody_had_sent_it_or_nobody_had', () => {
    expect(passedOn()).toBeNull();
    expect(passedOn(toShell(800n, 0))).toBeNull();
    expect(passedOn({ ...toShell(800n, 128), sender_pid: 9, sender_start_ns: 9n })).toBeNull();
    expect(passedOn({ ...toShell(800n, 128), signal: 2 })).toBeNull();
  });
});

describe('what else was so', () => {
  const factsWith = (circumstances: SignalRow['circumstances']) => {
    const row = { ...signal(7, null, 60n), circumstances };
    return factsOf(7, { signals: [row] }).signals[0];
  };

  test('is_null_where_the_agent_did_not_tell', () => {
    expect(factsWith(null)).toMatchObject({ reachedLimit: null, memoryState: null });
    expect(factsWith({ limit: { resource: 'cpu' } })?.reachedLimit).toEqual({
      ...{ resource: 'cpu', soft: null, hard: null, cpuTime: null },
    });
    const cgroup = { path: '/box', usage: 5 };
    expect(factsWith({ memory: { at: '70', stalled: { some: 1.5 }, cgroup } })?.memoryState).toEqual({
      ...{ at: 70n, total: null, available: null, swapTotal: null, swapFree: null },
      stalled: { some: 1.5, full: null },
      cgroup: { ...cgroup, limit: null, stalled: null },
    });
  });

  test('is_told_whole', () => {
    const limit = { resource: 'file-size', soft: 4096, hard: 8192, cpuTime: '5' } as const;
    const memory = { at: '70', total: 4, available: 3, swapTotal: 2, swapFree: 1 };
    expect(factsWith({ limit, memory })).toMatchObject({
      reachedLimit: { ...limit, cpuTime: 5n },
      memoryState: { ...memory, at: 70n, stalled: null, cgroup: null },
    });
  });
});
