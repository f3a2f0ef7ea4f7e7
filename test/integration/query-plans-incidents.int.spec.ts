/** The statements of incidents find what they look for by an index, in a database with many of them. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { statementText, type Statement } from '../../src/store/sql.js';
import { planNames, type PlanNames } from '../support/plan-names.js';
import { startStack, type Stack } from '../support/stack.js';

let stack: Stack;
let names: PlanNames;
beforeAll(async () => {
  stack = await startStack();
  await fill();
});
afterAll(() => stack.close());

/** 100 hosts, 20,000 lives and deaths, an incident for every other one of which one in a hundred is not over. */
async function fill(): Promise<void> {
  const { sql } = stack;
  await sql`insert into hosts (machine_id, name, last_seen_at) select md5(n::text), 'host-' || n, now() from generate_series(1, 100) n`;
  await sql`insert into boots (host_id, boot_id, booted_at) select id, gen_random_uuid(), now() - interval '2 days' from hosts`;
  await sql`insert into processes (boot, pid, start_ns, host_id, parent_pid, parent_start_ns, origin, seen_ns, comm, exe, args, unit, started_at)
    select b.id, n, n * 1000, b.host_id, greatest(1, n / 2), greatest(1, n / 2) * 1000, 'exec', n, 'w', '/bin/w' || n, array['w'], 'w' || n || '.service', now() - interval '2 days' + n * interval '5 min'
    from boots b, generate_series(1, 200) n order by n`;
  await sql`insert into deaths (boot, pid, start_ns, host_id, died_ns, died_at, signal, core_dumped, engine, cause, actor_kind, summary)
    select boot, pid, start_ns, host_id, start_ns, started_at, 9, false, 1, 'SIGNALED', 'PROCESS', '' from processes`;
  await sql`insert into episodes (boot, pid, start_ns, state, since_ns, host_id, seen_ns, started_at, ended_at)
    select boot, pid, start_ns, 'stopped', start_ns, host_id, start_ns, started_at, case when pid % 100 > 0 then now() end from processes`;
  await sql`insert into losses (host_id, boot, since_ns, until_ns, since, until, cause)
    select b.host_id, b.id, n * 1000, n * 1000 + 10, now(), now(), 'rejected' from boots b, generate_series(1, 40) n`;
  await sql`insert into escalations (at, policy, host_id, target, text) select now(), 'p', h.id, 't', '' from hosts h, generate_series(1, 40)`;
  await sql`insert into incidents (id, key, group_key, kind, state, severity, host_id, unit, labels, count, hosts, opened_at, updated_at, resolved_at, latest_at,
      latest_ref, summary, summary_zh, evidence, loud, told_at, untold)
    select md5(concat(boot, '.', pid))::uuid, concat(boot, '|', pid), pid::text, 'DEATH', 'RESOLVED', 'ERROR', host_id, unit, '{}', 1, 1, started_at - pid * interval '1 min',
      now(), case when pid % 100 > 0 then now() end, started_at, concat_ws('.', boot, pid, start_ns), '', '', '{}', true, now(), false from processes`;
  await sql`insert into incident_hosts (incident_id, host_id, count, latest_at, latest_ref) select id, host_id, 1, latest_at, latest_ref from incidents`;
  await sql`insert into incident_members (kind, ref, incident_id, host_id, at) select 'DEATH', latest_ref, id, host_id, latest_at from incidents`;
  await sql`insert into notices (id, incident_id, at, change, body) select gen_random_uuid(), id, now(), 'OPENED', '{}' from incidents`;
  await sql`insert into silences (id, host, unit, exe, cause, labels, starts_at, ends_at, comment, created_by, created_at)
    select gen_random_uuid(), '{}', '{}', '{}', '{}', '{}', now(), now() - n * interval '1 min', '', '', now() - n * interval '1 min' from generate_series(1, 5000) n`;
  await sql`truncate pending_troubles`;
  await sql`insert into pending_troubles (kind, ref) select 'DEATH', n::text from generate_series(1, 5000) n`;
  await sql.unsafe('analyze');
  names = await planNames(sql);
}

interface Plan {
  readonly 'Node Type': string;
  readonly 'Index Name'?: string;
  readonly 'Relation Name'?: string;
  readonly Plans?: readonly Plan[];
}

const flat = (plan: Plan): Plan[] => [plan, ...(plan.Plans ?? []).flatMap(flat)];

/** The plan for these very parameters, as `plan_cache_mode = force_custom_plan` makes the server choose it. */
async function planOf(statement: Statement, parameters: readonly unknown[]) {
  const values = parameters.map(literal);
  const text = statementText(statement)
    .replace(/^--.*$/gm, '')
    .replaceAll(/\$(\d+)/g, (_, n) => values[Number(n) - 1]!);
  const rows = await stack.sql.unsafe<{ 'QUERY PLAN': [{ Plan: Plan }] }[]>(`explain (format json) ${text}`);
  const nodes = flat(rows[0]!['QUERY PLAN'][0].Plan);
  return {
    indexes: [...new Set(nodes.flatMap((node) => (node['Index Name'] ? names.index(node['Index Name']) : [])))].sort(),
    scans: nodes.flatMap((node) =>
      node['Node Type'] === 'Seq Scan' ? (names.table(node['Relation Name'] ?? '') ?? []) : [],
    ),
  };
}

function literal(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return `'{${value.join(',')}}'`;
  return typeof value === 'string' ? `'${value.replaceAll("'", "''")}'` : String(value);
}

const nulls = (many: number) => Array<null>(many).fill(null);
const at = '2026-11-20T00:10:00Z';
const id = '0f8fad5b-d9cb-469f-a165-70867728950e';
const keys = [
  [1, 2],
  [100, 200],
  [100_000, 200_000],
];
const refs = [
  ['DEATH', 'LOSS'],
  ['1.100.100000', '7'],
];
const json = (row: object) => JSON.stringify([row]);
const large = [
  'lives',
  'verdicts',
  'episodes',
  'losses',
  'incidents',
  'incident_members',
  'incident_hosts',
  'notices',
  'silences',
];

const plans: readonly [
  what: string,
  statement: Statement,
  parameters: readonly unknown[],
  indexes: readonly string[],
][] = [
  ['the list of troubles', 'takePendingTroubles', [500], ['pending_troubles_pkey']],
  ['deaths', 'troubleDeaths', keys, ['lives_key']],
  ['episodes', 'troubleEpisodes', [...keys, ['stopped', 'zombie'], [1, 2]], ['episodes_pkey', 'lives_key']],
  ['losses', 'troubleLosses', [[7]], ['losses_pkey']],
  ['escalations', 'troubleEscalations', [[7]], ['escalations_pkey']],
  ['silent hosts', 'troubleHosts', [[7]], []],
  ['what lasts', 'noteLastingEpisodes', ['5 min', 1_000], ['episodes_open']],
  ['who is silent', 'noteSilentHosts', ['5 min', at, 1_000], []],
  ['incidents to change', 'lockIncidents', [['100'], [id]], ['incidents_open_by_group', 'incidents_pkey']],
  ['what is counted', 'membersOfTroubles', refs, ['incident_members_pkey']],
  ['touched hosts', 'touchedHosts', [[id], [1, 2]], ['incident_hosts_pkey']],
  ['part of another', 'mergeIncidents', [[id], [id]], ['incident_hosts_pkey', 'incident_members_by_incident']],
  ['moved', 'saveMembers', [json({ kind: 'DEATH', ref: '1', incident_id: id, host_id: 1, at })], []],
  ['left', 'deleteMembers', refs, ['incident_members_pkey']],
  ['saved', 'saveIncidents', [json({ id })], []],
  ['hosts saved', 'saveTouchedHosts', [json({ incident_id: id, host_id: 1, count: 1 })], ['incident_hosts_pkey']],
  ['deleted', 'deleteIncidents', [[id]], ['incidents_pkey']],
  ['told', 'insertNotices', [json({ id })], []],
  ['due', 'dueIncidents', ['3 s', '5 min', '5 min', 200], []],
  [
    'healthy',
    'healthyIncidents',
    ['5 min', '3 min', ['EXITED'], 200],
    ['lives_key', 'incident_hosts_pkey', 'lives_open', 'deaths_by_host', 'lives_by_parent'],
  ],
  ['a page', 'incidentsPage', [...nulls(13), 50], ['incidents_by_time']],
  ['a page of a host', 'incidentsPage', [...nulls(3), 3, ...nulls(9), 50], ['incidents_by_time']],
  ['the next page', 'incidentsPage', [...nulls(10), at, id, null, 50], ['incidents_by_time']],
  ['given ones', 'incidentsPage', [...nulls(12), [id], 50], ['incidents_pkey']],
  ['deaths of one', 'membersPage', [id, 'DEATH', null, null, null, 50], ['incident_members_by_incident']],
  ['the next deaths', 'membersPage', [id, 'DEATH', 3, at, '1.1.1', 50], ['incident_members_by_incident']],
  ['notices of one', 'noticesPage', [id, 7, 50], ['notices_by_incident']],
  ['silences', 'silencesPage', [...nulls(4), 50], ['silences_by_time']],
  ['silences that may cover', 'silencesSince', [new Date(Date.now() - 60_000).toISOString(), 100], ['silences_by_end']],
];

test.each(plans)('%s', async (_, statement, parameters, indexes) => {
  const plan = await planOf(statement, parameters);
  expect(plan.scans.filter((relation) => large.includes(relation))).toEqual([]);
  expect(plan.indexes).toEqual(expect.arrayContaining([...indexes]));
});
