/** The statements of counts of deaths use the indexes that they name, on tables that want them and were filled as time went by. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { statementText, type Statement } from '../../src/store/sql.js';
import { planNames, type PlanNames } from '../support/plan-names.js';
import { startStack, type Stack } from '../support/stack.js';

let stack: Stack;
let names: PlanNames;
beforeAll(async () => {
  stack = await startStack();
  const { sql } = stack;
  await sql`insert into hosts (machine_id, name) select md5(n::text), 'host-' || n from generate_series(1, 100) n`;
  await sql`insert into boots (host_id, boot_id, booted_at) select id, gen_random_uuid(), '2026-11-20' from hosts`;
  await sql`insert into processes (boot, pid, start_ns, host_id, origin, seen_ns, comm, args, started_at)
    select b.id, n, n, b.host_id, 'exec', 1, 'w', '{}', now() from boots b, generate_series(1, 400) n order by n, b.id`;
  await sql`insert into deaths (boot, pid, start_ns, host_id, died_ns, died_at, core_dumped, engine, cause, actor_kind)
    select boot, pid, start_ns, host_id, 1, '2026-11-20'::timestamptz + pid * interval '1 h', false, 1, 'EXITED', 'SELF' from processes order by pid, boot`;
  await sql`insert into former_images (boot, pid, start_ns, until_ns, comm, args, args_cut) select boot, pid, start_ns, 1, 'x', '{}', false from processes`;
  await sql`insert into death_count_names (name) select 'name-' || n from generate_series(1, 5000) n`;
  await sql`insert into death_counts (host_id, hour, cause, actor, signal, unit, exe, killer, login, count)
    select h.id, 498648 + n, 2, 3, 0, n % 7, 5, 0, 0, 1 from hosts h, generate_series(1, 400) n`;
  await sql`update verdicts v set cell = g.id from boots b
    join death_counts g on g.host_id = b.host_id where b.id = v.boot and g.hour = 498648 + v.pid`;
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

const nulls = (many: number) => Array<null>(many).fill(null);
const [day, next] = ['2026-11-21T00:00:00Z', '2026-11-22T00:00:00Z'];
const large = ['lives', 'verdicts', 'former_images', 'death_counts'];
const [boots, pids] = [
  [1, 2],
  [10, 20],
];

const plans: readonly [what: string, Statement, readonly unknown[], readonly string[]][] = [
  [
    'deaths counted',
    'countDeaths',
    [boots, pids, pids, ['EXITED', 'EXITED'], ['SELF', 'SELF'], [11, 21], [11, 21], 100_000, 256],
    ['lives_key', 'verdicts_pkey', 'former_images_pkey', 'death_counts_cell'],
  ],
  [
    'counts of some hours',
    'deathCounts',
    [498_650, 498_654, ...nulls(8), ['CAUSE'], 1, 100],
    ['death_counts_hour_idx'],
  ],
  ['counts of a host', 'deathCounts', [498_650, 498_700, 3, ...nulls(7), ['CAUSE'], 24, 100], ['death_counts_cell']],
  [
    'counts from history',
    'deathCountsFromHistory',
    [day, '2026-11-21T00:10:00Z', ...nulls(8), ['CAUSE'], null, 100, null, null, 50],
    ['deaths_by_time', 'verdicts_pkey', 'death_counts_pkey'],
  ],
  [
    'counts of a pid from history',
    'deathCountsFromHistory',
    [null, null, 3, ...nulls(7), ['CAUSE'], null, 100, 17, null, 50],
    ['lives_key', 'verdicts_pkey'],
  ],
  ['verdicts locked', 'lockVerdicts', [boots, pids, pids], ['verdicts_pkey']],
  ['verdicts recounted', 'recountVerdicts', [boots, pids, pids, [1, 2]], ['verdicts_pkey']],
  ['the next day of a host', 'nextDeathDay', [3, day], ['deaths_by_host']],
  ['deaths of a day', 'deathsOfDay', [3, day, next, ...nulls(4), 10], ['deaths_by_host']],
  ['a day forgotten', 'uncountDay', [3, day, next], ['death_counts_cell']],
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
  expect(scans.filter((table) => large.includes(table))).toEqual([]);
});
