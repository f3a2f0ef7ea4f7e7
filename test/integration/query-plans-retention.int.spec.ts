/**
 * The statements that forget what is old find it by their indexes, in tables of which little is old. What they forget in one step is as
 * little beside these tables as the step of `retention.store.ts` is beside those of a fleet.
 */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { statementText, type Statement } from '../../src/store/sql.js';
import { startStack, type Stack } from '../support/stack.js';

let stack: Stack;
beforeAll(async () => {
  stack = await startStack();
  await fill();
});
afterAll(() => stack?.close());

/** One in twenty of each is older than it is kept. */
async function fill(): Promise<void> {
  const { sql } = stack;
  await sql`insert into hosts (machine_id, name) select md5(n::text), 'host-' || n from generate_series(1, 20) n`;
  await sql`insert into receivers (id, name, kind, sealed, target, locale, enabled, per_minute, updated_at)
    values (gen_random_uuid(), 'kept', 'SLACK', '', '', 'EN', true, 1, now())`;
  await sql`insert into incidents (id, key, group_key, kind, state, severity, labels, count, hosts, opened_at, updated_at, resolved_at,
      latest_at, latest_ref, summary, summary_zh, evidence, loud, untold)
    select md5(n::text)::uuid, n, n, 'DEATH', 'RESOLVED', 'ERROR', '{}', 1, 1, t.at, t.at, t.at, t.at, '1.2.3', '', '', '{}', true, false
    from generate_series(1, 20000) n, lateral (select now() - n * interval '28 min' as at) t`;
  // Of the oldest some are empty by now.
  await sql`insert into incident_members (kind, ref, incident_id, host_id, at)
    select 'DEATH', concat(i.key, '.', m), i.id, 1, i.opened_at from incidents i, generate_series(1, 4) m where i.key::int < 19900`;
  await sql`insert into notices (id, incident_id, at, change, body) select gen_random_uuid(), id, opened_at, 'OPENED', '{}' from incidents`;
  await sql`insert into deliveries (id, receiver_id, notice_id, position, incident_id, change, body, state, created_at, queued_at, next_at)
    select gen_random_uuid(), r.id, gen_random_uuid(), n, md5(n::text)::uuid, 'OPENED', '{}', 'DELIVERED', now() - n * interval '7 min', now(), now()
    from receivers r, generate_series(1, 20000) n`;
  await sql`insert into delivery_attempts (receiver_id, message_id, at)
    select r.id, gen_random_uuid(), now() - n * interval '2 min' from receivers r, generate_series(1, 70000) n`;
  await sql`insert into silences (id, host, unit, exe, cause, labels, starts_at, ends_at, comment, created_by, created_at)
    select gen_random_uuid(), '{}', '{}', '{}', '{}', '{}', t.at, t.at, '', '', t.at
    from generate_series(1, 20000) n, lateral (select now() - n * interval '28 min' as at) t`;
  await sql`insert into audits (id, created_at, updated_at, expires_at, ended_at, state, requested_by, series, checks, long_lived_seconds)
    select md5('audit' || n)::uuid, t.at, t.at, t.at, t.at, 'COMPLETED', 'ann', n, '{ZOMBIES}', 1
    from generate_series(1, 5000) n, lateral (select now() - n * interval '28 min' as at) t`;
  await sql`insert into audit_hosts (audit_id, host_id, state) select a.id, h.id, 'ANSWERED' from audits a, hosts h`;
  await sql`insert into audit_findings (audit_id, host_id, "check", severity, key, subject, facts)
    select a.id, h.id, 'ZOMBIES', 'INFO', h.name, '{}', '{}' from audits a, hosts h where a.series::int < 4900`;
  await sql`insert into audit_schedules (id, created_at, created_by, every_hours, next_at, ended_at, input)
    select gen_random_uuid(), now(), 'ann', 24, now(), now() - n * interval '1 day', '{}' from generate_series(1, 100) n`;
  await sql.unsafe('analyze');
}

interface Plan {
  readonly 'Node Type': string;
  readonly 'Index Name'?: string;
  readonly 'Relation Name'?: string;
  readonly Plans?: readonly Plan[];
}
const flat = (plan: Plan): Plan[] => [plan, ...(plan.Plans ?? []).flatMap(flat)];

/** As many as people write down. */
const small = ['receivers', 'audit_schedules'];
/** Or audit_findings_by_key: both begin with the audit. */
const ofAudit = 'audit_findings_by_audit';

test.each<[Statement, ageDays: number, limit: number, indexes: readonly string[]]>([
  ['forgetAttempts', 90, 50, ['delivery_attempts_by_time', 'delivery_attempts_pkey']],
  ['forgetDeliveries', 90, 50, ['deliveries_by_time', 'deliveries_pkey']],
  ['forgetMembers', 365, 50, ['incidents_by_time', 'incident_members_by_incident', 'incident_members_pkey']],
  ['forgetIncidents', 365, 5, ['incidents_by_time', 'incident_members_by_incident', 'incidents_pkey']],
  ['forgetSilences', 365, 50, ['silences_by_end', 'silences_pkey']],
  ['forgetFindings', 90, 50, ['audits_by_time', ofAudit, 'audit_findings_pkey']],
  ['forgetAudits', 90, 5, ['audits_by_time', ofAudit, 'audits_pkey']],
  ['forgetSchedules', 90, 50, []],
])('%s', async (statement, ageDays, limit, indexes) => {
  const text = statementText(statement)
    .replace(/^--.*$/gm, '')
    .replaceAll('$1', `(now() - interval '${ageDays} days')`)
    .replaceAll('$2', String(limit));
  const rows = await stack.sql.unsafe<{ 'QUERY PLAN': [{ Plan: Plan }] }[]>(`explain (format json) ${text}`);
  const nodes = flat(rows[0]!['QUERY PLAN'][0].Plan);
  const scanned = nodes.flatMap((node) => (node['Node Type'] === 'Seq Scan' ? (node['Relation Name'] ?? []) : []));
  expect(scanned.filter((relation) => !small.includes(relation))).toEqual([]);
  const used = nodes.flatMap((node) => node['Index Name'] ?? []);
  expect(used.map((index) => (index === 'audit_findings_by_key' ? ofAudit : index))).toEqual(
    expect.arrayContaining([...indexes]),
  );
});
