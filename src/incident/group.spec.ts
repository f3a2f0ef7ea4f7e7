import { describe, expect, test } from 'vitest';
import type { IncidentChanges, IncidentRow, SilenceRow } from '../store/incident.rows.js';
import { group, groupKeyOf, type GroupState } from './group.js';
import { tellNews } from './tell.js';
import type { Trouble } from './trouble.js';

const at = new Date('2026-11-22T10:00:00Z');
const options = (fleetHosts = 3) => {
  let n = 0;
  return { at, newId: () => `id-${++n}`, fleetHosts, fleetMs: 600_000 };
};
const nothing: GroupState = { incidents: [], members: [], touched: [], silences: [] };

function died(host: number, n: number, more: Partial<Trouble> = {}): Trouble {
  const labels = { env: 'prod', rack: String(host) };
  return {
    kind: 'DEATH',
    ref: `${host}.${n}.1`,
    at: new Date(at.getTime() - 1_000 + n),
    host: { id: host, name: `web-${host}`, labels },
    unit: 'redis.service',
    exe: '/usr/bin/redis-server',
    cause: 'OOM_CGROUP',
    severity: 'ERROR',
    summary: { en: `death ${n}`, zh: `死亡 ${n}` },
    evidence: [`evidence ${n}`],
    ...more,
  };
}

/** What the database would hold after that, and nothing else. */
function stored({ incidents, members, touched }: IncidentChanges, more: Partial<GroupState> = {}): GroupState {
  return { ...nothing, incidents, members, touched, ...more };
}

const only = (changes: IncidentChanges): IncidentRow => {
  expect(changes.incidents).toHaveLength(1);
  return changes.incidents[0]!;
};

describe('counting', () => {
  test('a_thousand_deaths_of_one_cause_are_one_incident_with_its_count', () => {
    const changes = group(
      Array.from({ length: 1_000 }, (_, n) => died(1, n)),
      [],
      nothing,
      options(),
    );
    expect(only(changes)).toMatchObject({
      count: 1_000,
      hosts: 1,
      latest_ref: '1.999.1',
      summary: 'death 999',
      loud: true,
    });
    expect(changes.members).toHaveLength(1_000);
    expect(changes.touched).toEqual([
      { incident_id: 'id-1', host_id: 1, count: 1_000, latest_at: died(1, 999).at, latest_ref: '1.999.1' },
    ]);
  });

  test('what_is_counted_is_not_counted_again_and_tells_what_is_known_of_it_now', () => {
    const before = stored(group([died(1, 1)], [], nothing, options()));
    const again = died(1, 1, { summary: { en: 'surer', zh: '更确定' } });
    const changes = group([again], [], before, options());
    expect(only(changes)).toMatchObject({ count: 1, summary: 'surer' });
    expect(changes).toMatchObject({ members: [], touched: [], left: [] });
  });

  test('another_unit_cause_or_host_is_another_incident', () => {
    const troubles = [died(1, 1), died(1, 2, { unit: 'cron.service' }), died(1, 3, { cause: 'SIGNALED' }), died(2, 4)];
    const { incidents } = group(troubles, [], nothing, options());
    expect(new Set(incidents.map(({ key }) => key)).size).toBe(4);
    expect(incidents.map(({ count }) => count)).toEqual([1, 1, 1, 1]);
  });

  test('the_latest_is_told_in_whatever_order_they_come', () => {
    expect(only(group([died(1, 5), died(1, 2)], [], nothing, options())).latest_ref).toBe('1.5.1');
    const before = stored(group([died(1, 5)], [], nothing, options()));
    expect(only(group([died(1, 2)], [], before, options()))).toMatchObject({ count: 2, latest_ref: '1.5.1' });
  });

  test('what_comes_hours_late_opens_nothing', () => {
    const old = died(1, 1, { at: new Date(at.getTime() - 3_600_001) });
    expect(group([old], [], nothing, options()).incidents).toEqual([]);
  });

  test('names_too_long_for_an_index_keep_groups_apart', () => {
    const path = (end: string) => died(1, 1, { unit: null, exe: `/${'x'.repeat(4_000)}${end}` });
    const [a, b] = [groupKeyOf(path('a')), groupKeyOf(path('b'))];
    expect(a).not.toBe(b);
    expect(a.length).toBeLessThan(200);
  });
});

describe('a verdict that changes', () => {
  test('moves_the_death_and_leaves_no_incident_behind_of_which_nobody_was_told', () => {
    const before = stored(group([died(1, 1)], [], nothing, options()));
    const next = { ...options(), newId: () => 'id-2' };
    const changes = group([died(1, 1, { cause: 'SIGNALED' })], [], before, next);
    const [former, present] = changes.incidents;
    expect(former).toMatchObject({ id: 'id-1', count: 0, hosts: 0, state: 'RESOLVED', told_at: null });
    expect(present).toMatchObject({ id: 'id-2', count: 1, hosts: 1, cause: 'SIGNALED', state: 'OPEN' });
    expect(changes.members).toEqual([expect.objectContaining({ ref: '1.1.1', incident_id: 'id-2' })]);
    expect(changes.touched.map(({ incident_id, count }) => [incident_id, count])).toEqual([
      ['id-1', 0],
      ['id-2', 1],
    ]);
    expect(changes).toMatchObject({ left: [], notices: [] });
  });

  test('of_a_death_that_was_told_is_told', () => {
    const first = only(group([died(1, 1)], [], nothing, options()));
    const members = [{ kind: 'DEATH', ref: '1.1.1', incident_id: 'id-1', host_id: 1 }];
    const touched = [{ incident_id: 'id-1', host_id: 1, count: 1 }];
    const told = tellNews(first, options()).incident;
    const changes = group(
      [],
      [{ kind: 'DEATH', ref: '1.1.1' }],
      { ...nothing, incidents: [told], members, touched },
      options(),
    );
    expect(only(changes)).toMatchObject({ count: 0, state: 'RESOLVED' });
    expect(changes.left).toEqual([{ kind: 'DEATH', ref: '1.1.1' }]);
    expect(changes.notices.map(({ change }) => change)).toEqual(['RESOLVED']);
  });

  test('changes_nothing_of_what_is_over', () => {
    const first = group([died(1, 1)], [], nothing, options());
    const over = { ...only(first), state: 'RESOLVED', resolved_at: at };
    const state = stored(first, { incidents: [over] });
    expect(group([died(1, 1, { cause: 'SIGNALED' })], [], state, options()).incidents).toEqual([]);
    expect(group([], [{ kind: 'DEATH', ref: '1.1.1' }], state, options()).incidents).toEqual([]);
  });
});

describe('the fleet', () => {
  test('the_same_on_many_hosts_at_once_is_one_incident_of_which_no_part_was_ever_stored', () => {
    const changes = group([died(1, 1), died(2, 2), died(3, 3), died(4, 4), died(1, 5)], [], nothing, options());
    expect(only(changes)).toMatchObject({ host_id: null, host_name: null, count: 5, hosts: 4, severity: 'CRITICAL' });
    expect(only(changes).labels).toEqual({ env: 'prod' });
    expect(new Set(changes.members.map(({ incident_id }) => incident_id))).toEqual(new Set([only(changes).id]));
    expect(changes.touched.map(({ host_id, count }) => [host_id, count])).toEqual([
      [1, 2],
      [2, 1],
      [3, 1],
      [4, 1],
    ]);
    expect(changes.merged).toEqual([]);
  });

  test('incidents_of_hosts_become_part_of_it_and_those_that_were_told_are_told_over', () => {
    const first = group([died(1, 1), died(2, 2), died(1, 3)], [], nothing, options());
    const [one, two] = first.incidents as [IncidentRow, IncidentRow];
    const incidents = [tellNews(one, options()).incident, two];
    const next = { ...options(), newId: () => `next-${++n}` };
    let n = 0;
    const changes = group([died(3, 4)], [], { ...nothing, incidents }, next);
    const whole = changes.incidents.find(({ host_id }) => host_id === null)!;
    expect(whole).toMatchObject({ count: 4, hosts: 3, opened_at: at, state: 'OPEN' });
    expect(changes.merged).toEqual([
      { from: one.id, into: whole.id },
      { from: two.id, into: whole.id },
    ]);
    const parts = changes.incidents.filter(({ host_id }) => host_id !== null);
    expect(parts.map(({ state, merged_into, count }) => [state, merged_into, count])).toEqual([
      ['RESOLVED', whole.id, 2],
      ['RESOLVED', whole.id, 1],
    ]);
    expect(changes.notices.map(({ incident_id, change }) => [incident_id, change])).toEqual([[one.id, 'RESOLVED']]);
    expect(changes.members).toEqual([expect.objectContaining({ ref: '3.4.1', incident_id: whole.id })]);
  });

  test('while_it_is_open_it_counts_all_hosts_and_those_that_were_long_ago_are_not_part_of_it', () => {
    const whole = group([died(1, 1), died(2, 2), died(3, 3)], [], nothing, options());
    expect(only(group([died(9, 9)], [], stored(whole), options()))).toMatchObject({
      host_id: null,
      count: 4,
      hosts: 4,
    });
    const early = group([died(1, 1), died(2, 2)], [], nothing, options());
    const long = early.incidents.map((row) => ({ ...row, opened_at: new Date(at.getTime() - 600_001) }));
    const { incidents } = group([died(3, 3)], [], { ...nothing, incidents: long }, { ...options(), newId: () => 'x' });
    expect(incidents.map(({ host_id }) => host_id)).toEqual([3]);
  });
});

describe('silences', () => {
  const silence: SilenceRow = {
    ...{ id: 's', host: ['web-*'], unit: [], exe: [], cause: [], labels: { env: 'prod' }, comment: 'deploy' },
    ...{ starts_at: new Date(at.getTime() - 60_000), ends_at: new Date(at.getTime() + 60_000) },
    ...{ created_by: 'ann', created_at: at, ended_by: null },
  };

  test('what_one_covers_is_counted_and_not_loud', () => {
    const changes = group([died(1, 1)], [], { ...nothing, silences: [silence] }, options());
    expect(only(changes)).toMatchObject({ count: 1, loud: false, silence_id: 's' });
  });

  test('one_that_is_not_covered_makes_it_loud', () => {
    const state = { ...nothing, silences: [{ ...silence, ends_at: died(1, 2).at }] };
    expect(only(group([died(1, 1), died(1, 2)], [], state, options()))).toMatchObject({
      count: 2,
      loud: true,
      silence_id: null,
    });
  });

  test.each([
    ['host', { host: ['db-*'] }],
    ['unit', { unit: ['cron.service'] }],
    ['exe', { exe: ['nginx'] }],
    ['cause', { cause: ['CRASHED'] }],
    ['label', { labels: { env: 'test' } }],
    ['label that no object has', { labels: { constructor: '' } }],
    ['time', { starts_at: at }],
  ])('another_%s_is_not_covered', (_, other) => {
    const state = { ...nothing, silences: [{ ...silence, ...other }] };
    expect(only(group([died(1, 1)], [], state, options()))).toMatchObject({ loud: true });
  });
});
