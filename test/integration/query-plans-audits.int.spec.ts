/** The statements of audits use the indexes that they name, on tables that want them. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { statementText, type Statement } from '../../src/store/sql.js';
import { planNames, type PlanNames } from '../support/plan-names.js';
import { startStack, type Stack } from '../support/stack.js';

let stack: Stack;
let names: PlanNames;
beforeAll(async () => {
  stack = await startStack();
  const { sql } = stack;
  await sql`insert into hosts (machine_id, name) select md5(n::text), 'host-' || n from generate_series(1, 200) n`;
  await sql`insert into boots (host_id, boot_id, booted_at) select id, gen_random_uuid(), '2026-11-20' from hosts`;
  await sql`insert into audits (id, created_at, updated_at, expires_at, state, requested_by, series, checks, long_lived_seconds)
    select md5(n::text)::uuid, now() - n * interval '1 h', now(), now() + interval '1 h', case when n > 2 then 'COMPLETED' else 'RUNNING' end,
      'ann', (n % 50)::text, '{ZOMBIES}', 1 from generate_series(1, 1000) n`;
  await sql`insert into audit_hosts (audit_id, host_id, state)
    select a.id, h.id, case when a.state = 'RUNNING' and h.id % 2 = 0 then 'WAITING' else 'ANSWERED' end from audits a, hosts h`;
  await sql`insert into audit_findings (audit_id, host_id, "check", severity, key, subject, facts)
    select a.id, h.id, 'ZOMBIES', 'INFO', h.id::text, '{}', '{}' from audits a, hosts h`;
  await sql`insert into processes (boot, pid, start_ns, host_id, origin, seen_ns, comm, args, unit, started_at)
    select b.id, n, n, b.host_id, 'exec', 1, 'w', '{}', 'w.service', now() from boots b, generate_series(1, 200) n`;
  await sql`insert into deaths (boot, pid, start_ns, host_id, died_ns, died_at, core_dumped, cause)
    select boot, pid, start_ns, host_id, 1, now() - pid * interval '1 h', false, case when pid % 50 = 0 then 'SERVICE_STOP_TIMEOUT' else 'EXITED' end from processes`;
  await sql.unsafe('analyze');
  names = await planNames(sql);
});
afterAll(() => stack?.close());

interface Plan {
  readonly 'Node Type': string;
  readonly 'Index Name'?: string;
  readonly 'Relation Name'?: string;
  readonly Plans?: readonly Plan[];
}

const flat = (plan: Plan): Plan[] => [plan, ...(plan.Plans ?? []).flatMap(flat)];

function literal(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return `'{${value.join(',')}}'`;
  return typeof value === 'string' ? `'${value}'` : String(value);
}

const [one, two] = ['c4ca4238-a0b9-2382-0dcc-509a6f75849b', 'c81e728d-9d4c-2f63-6f06-7f89cc14862c'];
const nulls = (many: number) => Array<null>(many).fill(null);
const large = ['audits', 'audit_hosts', 'audit_findings', 'lives', 'verdicts'];

const plans: readonly [what: string, Statement, readonly unknown[], readonly string[]][] = [
  ['a page of audits', 'auditsPage', [...nulls(7), 20], ['audit_hosts_pkey', 'audits_by_time']],
  ['audits by id', 'auditsPage', [...nulls(6), [one], 1], ['audit_hosts_pkey', 'audits_pkey']],
  ['a page of findings', 'auditFindingsPage', [one, ...nulls(6), ['X'], 50], ['audit_findings_by_audit']],
  [
    'findings that another run has',
    'auditFindingsPage',
    [one, ...nulls(4), two, true, ['X'], 50],
    ['audit_findings_by_audit', 'audit_findings_by_key', 'audit_hosts_pkey'],
  ],
  ['what waits for hosts', 'takeQuestions', [[2, 4]], ['audit_hosts_waiting']],
  ['an answer', 'answerAudit', [one, 2, 'ANSWERED', ...nulls(7)], ['audits_pkey']],
  ['stops cut short', 'stopsCutShort', [[1, 2], '2026-11-20T00:00:00Z'], ['deaths_by_host', 'verdicts_pkey']],
];

test.each(plans)('%s', async (_, statement, parameters, indexes) => {
  const text = statementText(statement)
    .replace(/^--.*$/gm, '')
    .replaceAll(/\$(\d+)/g, (__, n) => literal(parameters[Number(n) - 1]));
  const rows = await stack.sql.unsafe<{ 'QUERY PLAN': [{ Plan: Plan }] }[]>(`explain (format json) ${text}`);
  const nodes = flat(rows[0]!['QUERY PLAN'][0].Plan);
  const used = new Set(nodes.flatMap((node) => (node['Index Name'] ? names.index(node['Index Name']) : [])));
  const scans = nodes.flatMap((node) =>
    node['Node Type'] === 'Seq Scan' ? (names.table(node['Relation Name'] ?? '') ?? []) : [],
  );
  expect([...used]).toEqual(expect.arrayContaining([...indexes]));
  expect(scans.filter((table) => large.includes(table))).toEqual(statement === 'takeQuestions' ? scans : []);
});
