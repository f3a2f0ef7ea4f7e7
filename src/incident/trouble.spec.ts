import { expect, test } from 'vitest';
import type { TroubleDeathRow, TroubleHostRow } from '../store/incident.rows.js';
import { troublesOf } from './other-trouble.js';
import { titleOf, type Titled } from './title.js';
import { deathTrouble } from './trouble.js';

const at = new Date('2026-11-22T10:00:00Z');
const base: TroubleDeathRow = {
  ...{ boot: 1, pid: 42, start_ns: 7n, host_id: 1, host_name: 'web-1', host_labels: {}, died_at: at },
  ...{
    signal: 9,
    cause: 'SIGNALED',
    actor_kind: 'PROCESS',
    summary: 'It died.',
    summary_zh: '它死了。',
    evidence: null,
  },
  ...{ unit: null, exe: '/usr/bin/worker', comm: 'worker', is_main: false },
};
const severity = (row: Partial<TroubleDeathRow>) => deathTrouble({ ...base, ...row })?.severity ?? null;

test.each([
  ['a_stop_that_was_asked_for', { cause: 'SERVICE_STOP', is_main: true }, null],
  ['the_work_of_a_job', { cause: 'REMEDIATION', is_main: true }, null],
  ['a_shutdown', { cause: 'SHUTDOWN', is_main: true }, null],
  ['a_clean_exit', { cause: 'EXITED', is_main: true, signal: null }, null],
  ['grep_that_finds_nothing', { cause: 'FAILED', signal: null }, null],
  ['a_child_that_its_parent_kills', { actor_kind: 'PARENT' }, null],
  ['what_a_person_kills', { actor_kind: 'HUMAN' }, null],
  ['a_SIGTERM_among_processes', { signal: 15 }, null],
  ['a_SIGKILL_from_somebody_else', {}, 'WARNING'],
  ['a_crash_of_anything', { cause: 'CRASHED', signal: 11, actor_kind: 'SELF' }, 'WARNING'],
  ['a_service_that_fails', { cause: 'FAILED', signal: null, is_main: true }, 'ERROR'],
  ['a_service_that_a_person_kills', { actor_kind: 'HUMAN', is_main: true }, 'ERROR'],
  ['memory_of_the_host', { cause: 'OOM_GLOBAL', actor_kind: 'KERNEL' }, 'CRITICAL'],
] as const)('%s', (_, row, expected) => {
  expect(severity(row)).toBe(expected);
});

test('services_go_by_their_unit_and_all_else_by_its_program', () => {
  const subject = (row: Partial<TroubleDeathRow>) => {
    const trouble = deathTrouble({ ...base, ...row })!;
    return [trouble.unit, trouble.exe];
  };
  expect(subject({ unit: 'redis.service' })).toEqual(['redis.service', '/usr/bin/worker']);
  expect(subject({ unit: 'session-3.scope' })).toEqual([null, '/usr/bin/worker']);
  expect(subject({ exe: null })).toEqual([null, 'worker']);
});

const silent: TroubleHostRow = {
  ...{
    host_id: 3,
    host_name: 'web-3',
    host_labels: {},
    last_seen_at: at,
    stream_seen_at: new Date(at.getTime() + 500),
  },
  ...{ agent_version: '0.1.0', rung: 'ebpf', boot_id: 'b', booted_at: at, agent_stopped_at: null },
};
const none = { deaths: [], episodes: [], losses: [], escalations: [] };

test('a_silent_host_says_what_is_known_and_what_is_not', () => {
  const [trouble] = troublesOf({ ...none, hosts: [silent] }, at);
  expect(trouble).toMatchObject({ kind: 'SILENT_HOST', ref: `3@${at.getTime() + 500}`, severity: 'ERROR' });
  expect(trouble!.summary.en).toMatch(
    /^Nothing has been heard of web-3 since 2026.*:00\.500Z, and its agent did not say goodbye/,
  );
  expect(trouble!.summary.en).toContain('Which of them is not known');
  expect(trouble!.summary.zh).toContain('没有道别');
  const [stopped] = troublesOf({ ...none, hosts: [{ ...silent, agent_stopped_at: at }] }, at);
  expect(stopped!.summary.en).toContain('was stopped in order at 2026');
  expect(troublesOf({ ...none, hosts: [{ ...silent, last_seen_at: null, stream_seen_at: null }] }, at)).toEqual([]);
});

const incident: Titled = {
  ...{
    kind: 'DEATH',
    host: 'web-1',
    hosts: 1,
    unit: 'redis.service',
    exe: '/usr/bin/redis-server',
    cause: 'OOM_CGROUP',
  },
  count: 14,
};

const titles: readonly [more: Partial<Titled>, en: string, zh: string][] = [
  [{}, 'redis.service on web-1 died 14 times: OOM_CGROUP', 'web-1 上的 redis.service 死亡 14 次：OOM_CGROUP'],
  [{ count: 1 }, 'redis.service on web-1 died: OOM_CGROUP', 'web-1 上的 redis.service 死亡：OOM_CGROUP'],
  [
    { host: null, hosts: 37, unit: null },
    'redis-server on 37 hosts died 14 times: OOM_CGROUP',
    '37 台主机上的 redis-server 死亡 14 次：OOM_CGROUP',
  ],
  [
    { unit: 'a b\u202e.service' },
    '"a b\\u{202e}.service" on web-1 died 14 times: OOM_CGROUP',
    'web-1 上的 "a b\\u{202e}.service" 死亡 14 次：OOM_CGROUP',
  ],
  [{ kind: 'SILENT_HOST', unit: null, exe: null, cause: null, count: 1 }, 'no word from web-1', 'web-1 没有消息'],
  [
    { kind: 'LOSS', unit: null, exe: null, cause: 'ring-overrun', count: 1 },
    'history is missing on web-1: ring-overrun',
    'web-1 上的历史有缺失：ring-overrun',
  ],
  [
    { kind: 'EPISODE', cause: 'ZOMBIE', count: 3 },
    'redis.service on web-1: 3 ZOMBIE',
    'web-1 上的 redis.service：3 个 ZOMBIE',
  ],
  [
    { kind: 'BREAKER', cause: 'keep-redis' },
    'redis.service on web-1 is left to people by policy keep-redis',
    '策略 keep-redis 将 web-1 上的 redis.service 留给人处理',
  ],
  [
    { count: 0 },
    'redis.service on web-1: nothing is left of OOM_CGROUP',
    'web-1 上的 redis.service：OOM_CGROUP 均已改判',
  ],
];

test.each(titles)('titles_%#', (more, en, zh) => {
  expect(titleOf({ ...incident, ...more })).toEqual({ en, zh });
});
