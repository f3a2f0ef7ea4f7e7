/** The statements of policies find their rows by an index. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { statementText, type Statement } from '../../src/store/sql.js';
import { planNames, type PlanNames } from '../support/plan-names.js';
import { startStack, type Stack } from '../support/stack.js';

let stack: Stack;
let names: PlanNames;
beforeAll(async () => {
  stack = await startStack();
  const { sql } = stack;
  await sql`insert into hosts (machine_id, name) select md5(n::text), 'host-' || n from generate_series(1, 20) n`;
  await sql`insert into boots (host_id, boot_id, booted_at) select id, gen_random_uuid(), '2026-11-20' from hosts`;
  await sql`insert into processes (boot, pid, start_ns, host_id, parent_pid, parent_start_ns, origin, seen_ns, comm, args, unit, started_at)
    select b.id, n, n * 1000, b.host_id, greatest(1, n / 2), greatest(1, n / 2) * 1000, 'exec', n * 1000, 'worker', '{}', 'a.service', now()
    from boots b, generate_series(1, 2000) n order by n, b.id`;
  await sql`insert into deaths (boot, pid, start_ns, host_id, died_ns, died_at, core_dumped, cause)
    select boot, pid, start_ns, host_id, start_ns, now(), false, 'FAILED' from processes where pid % 2 = 0 order by pid, boot`;
  await sql`insert into episodes (boot, pid, start_ns, state, since_ns, host_id, seen_ns, started_at, ended_at)
    select boot, pid, start_ns, 'stopped', 1, host_id, 2, now() - interval '1 hour', case when pid % 100 > 0 then now() end from processes`;
  await sql`insert into policies (name, body, armed, version, updated_by, updated_at, seal)
    select 'p' || n, ${JSON.stringify({ when: { death: { cause: ['FAILED'], afterSeconds: 60 }, episode: { state: 'STOPPED', lastedSecondsMin: 60 } } })}::text::jsonb,
      true, 1, 'ann', now(), '' from generate_series(1, 5) n`;
  await sql`insert into policy_turns (policy, occurrence, host_id, due_at, at, outcome)
    select 'p' || n % 5 + 1, n::text, 1, case when n % 100 = 0 then now() end, now() - n * interval '1 s', case when n % 100 > 0 then 'ACTED' end
    from generate_series(1, 20000) n`;
  await sql`insert into jobs (id, created_at, updated_at, ended_at, deadline, action, state, reason, requested_by, requester_role, plan,
      plan_digest, seal, approvals_needed, request_digest)
    select md5(n::text)::uuid, now() - n * interval '1 min', now(), now(), now(), 'REBOOT_HOST', 'SUCCEEDED', '', 'policy:p1', 'policy', '', '', '', 0, ''
    from generate_series(1, 10000) n`;
  await sql`insert into job_commands (id, job_id, host_id, created_at, wave, target, state, expires_at)
    select gen_random_uuid(), j.id, h.id, j.created_at, 0, 'host', 'SUCCEEDED', j.deadline from jobs j, hosts h where h.id % 10 = 1`;
  await sql.unsafe('analyze');
  names = await planNames(sql);
});
afterAll(() => stack.close());

interface Plan {
  readonly 'Node Type': string;
  readonly 'Index Name'?: string;
  readonly 'Relation Name'?: string;
  readonly Plans?: readonly Plan[];
}

const flat = (plan: Plan): Plan[] => [plan, ...(plan.Plans ?? []).flatMap(flat)];
const literal = (value: unknown): string => {
  if (value === null) return 'null';
  if (Array.isArray(value)) return `'{${value.join(',')}}'`;
  return typeof value === 'string' ? `'${value}'` : String(value);
};

const keys = [
  [1, 2],
  [100, 200],
  [100_000, 200_000],
];
const now = '2026-11-22T00:00:00Z';

test.each<[Statement, readonly unknown[], readonly string[]]>([
  ['addDeathTurns', [...keys, '75 min'], ['lives_key']],
  ['addEpisodeTurns', [500], ['episodes_open', 'policy_turns_pkey']],
  ['dueTurns', [100], ['policy_turns_due']],
  ['turnsPage', [['p1', 'p2'], 50], ['policy_turns_by_time']],
  ['policyCounts', ['policy:p1', null, null], ['jobs_by_time', 'job_commands_job_id_idx']],
  ['returnTurns', [[`${'0'.repeat(8)}-0000-4000-8000-${'0'.repeat(12)}`], '5 s'], ['jobs_pkey', 'policy_turns_pkey']],
  ['servicesAlive', [...keys, [now, now]], ['lives_key', 'lives_by_parent']],
  ['pruneTurns', [1_000, '3 hours'], ['policy_turns_by_time']],
])('%s', async (statement, parameters, wanted) => {
  const text = statementText(statement)
    .replace(/^--.*$/gm, '')
    .replaceAll(/\$(\d+)/g, (_, n) => literal(parameters[Number(n) - 1]));
  const rows = await stack.sql.unsafe<{ 'QUERY PLAN': [{ Plan: Plan }] }[]>(`explain (format json) ${text}`);
  const nodes = flat(rows[0]!['QUERY PLAN'][0].Plan);
  expect(nodes.flatMap((node) => (node['Index Name'] ? names.index(node['Index Name']) : []))).toEqual(
    expect.arrayContaining([...wanted]),
  );
  const large = ['lives', 'verdicts', 'episodes', 'jobs', 'job_commands', 'policy_turns'];
  const scans = nodes.flatMap((node) =>
    node['Node Type'] === 'Seq Scan' ? (names.table(node['Relation Name'] ?? '') ?? []) : [],
  );
  // What is pruned is a share of all there is, once in ten minutes.
  expect(scans.filter((table) => large.includes(table) && statement !== 'pruneTurns')).toEqual([]);
});
