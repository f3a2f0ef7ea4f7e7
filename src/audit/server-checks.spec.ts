import { expect, it } from 'vitest';
import type { HostRow } from '../store/rows.js';
import { serverJudges, type Known } from './server-checks.js';

const at = new Date('2026-11-22T12:00:00Z');
const host = (id: number, more: Partial<HostRow> = {}): HostRow =>
  ({ id, rung: 'ebpf', blind_spots: [], agent_version: '1.2.0', last_seen_at: at, ...more }) as HostRow;
const known = (hosts: readonly HostRow[], versions: readonly string[] = []): Known => {
  return { hosts, versions, cutStops: [], at };
};
const ids = (found: readonly { readonly host_id: number }[]) => found.map(({ host_id }) => host_id);

it('compares_versions_as_numbers_and_knows_what_comes_before_a_release', () => {
  const hosts = [host(1), host(2, { agent_version: '1.10.0' }), host(3, { agent_version: '1.10.0-rc.1' })];
  const found = serverJudges.AGENT_OUTDATED(known(hosts, ['1.2.0', '1.10.0', '1.10.0-rc.1']));
  expect(ids(found)).toEqual([1, 3]);
  expect(serverJudges.AGENT_OUTDATED(known([host(1), host(2, { agent_version: null })], ['1.2.0']))).toEqual([]);
});

it('calls_a_host_silent_after_minutes_and_dead_after_an_hour', () => {
  const ago = (ms: number) => host(ms, { last_seen_at: new Date(at.getTime() - ms) });
  const found = serverJudges.AGENT_SILENT(
    known([ago(1_000), ago(400_000), ago(4_000_000), host(9, { last_seen_at: null })]),
  );
  expect(found).toMatchObject([{ severity: 'WARNING' }, { severity: 'CRITICAL' }, { severity: 'CRITICAL' }]);
});

it('finds_lower_rungs_and_not_hosts_that_have_never_reported', () => {
  const hosts = [host(1), host(2, { rung: 'tracefs' }), host(3, { rung: 'procfs' }), host(4, { rung: null })];
  expect(serverJudges.AGENT_LOWER_RUNG(known(hosts))).toMatchObject([{ severity: 'INFO' }, { severity: 'WARNING' }]);
});

it('finds_services_that_were_killed_while_they_stopped', () => {
  const cutStops = [{ host_id: 5, unit: 'slow.service', stops: 2, last_at: at }];
  expect(serverJudges.STOPS_CUT_SHORT({ ...known([]), cutStops })).toMatchObject([
    { host_id: 5, key: 'slow.service', facts: { stops: 2 } },
  ]);
});
