import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { byKey } from '../../src/store/postgres.js';
import { keyed, statementText, type Statement } from '../../src/store/sql.js';
import { planNames, type PlanNames } from '../support/plan-names.js';
import { startStack, type Stack } from '../support/stack.js';

let stack: Stack;
let names: PlanNames;
beforeAll(async () => {
  stack = await startStack();
  await fill();
});
afterAll(() => stack.close());

/** 50 hosts with a boot each; 40,000 lives in all, half of them dead, twice as many signals: enough to want an index.
 * In the order of time, as they come; some end at once, others after a quarter of an hour. */
async function fill(): Promise<void> {
  const { sql } = stack;
  await sql`insert into hosts (machine_id, name) select md5(n::text), 'host-' || n from generate_series(1, 50) n`;
  await sql`insert into boots (host_id, boot_id, booted_at) select id, gen_random_uuid(), '2026-11-20' from hosts`;
  await sql`select make_days(${day - 2}, ${day + 2})`;
  await sql`insert into processes (boot, pid, start_ns, host_id, parent_pid, parent_start_ns, origin, seen_ns, comm, exe, args, user_name, started_at, ended_at)
    select b.id, n, n * 1000, b.host_id, greatest(1, n / 2), greatest(1, n / 2) * 1000, 'exec', n * 1000, 'worker', '/bin/w' || n, array['w', n::text], 'u' || n % 5,
      '2026-11-20'::timestamptz + n * interval '2500 ms', case when n % 2 = 0 then '2026-11-21'::timestamptz end
    from boots b, generate_series(1, 800) n order by n, b.id`;
  await sql`insert into deaths (boot, pid, start_ns, host_id, died_ns, died_at, signal, core_dumped, engine, cause, actor_kind)
    select boot, pid, start_ns, host_id, start_ns + 500, started_at + (pid * 7919 + boot * 104729) % 900 * interval '1 s', 9, false, case when pid % 10 > 0 then pid % 4 / 2 + 1 end, 'SIGNALED', 'PROCESS' from processes where pid % 2 = 0 order by pid, boot`;
  await sql`insert into signals (boot, at_ns, at, signal, code, target_pid, target_start_ns, sender_pid, sender_start_ns, disposition, result)
    select p.boot, p.start_ns + k, p.started_at, 9, 0, p.pid, p.start_ns, p.parent_pid, p.parent_start_ns, 'default', 'delivered'
    from processes p, generate_series(1, 2) k`;
  await sql`insert into former_images (boot, pid, start_ns, until_ns, comm, args, args_cut) select boot, pid, start_ns, 1, 'x', '{}', false from processes where pid % 4 = 0`;
  await sql`insert into losses (host_id, boot, since_ns, until_ns, since, until, cause)
    select b.host_id, b.id, n * 1000, n * 1000 + 10, now() + n * interval '1 s', now(), 'rejected' from boots b, generate_series(1, 500) n`;
  await sql`insert into episodes (boot, pid, start_ns, state, since_ns, host_id, seen_ns, started_at, ended_at)
    select boot, pid, start_ns, 'stopped', start_ns + 1, host_id, start_ns + 2, started_at, case when pid % 20 > 0 then started_at end from processes order by pid, boot`;
  await sql`insert into core_dumps (boot, pid, start_ns, at_ns) select boot, pid, start_ns, 1 from deaths`;
  await sql`insert into kernel_log (boot, line, host_id, at_ns, at, topic, pid, start_ns, text) select boot, pid, host_id, 1, now(), 'segfault', pid, start_ns, '' from deaths`;
  await sql`insert into oom_reports (boot, line, host_id, at_ns, at) select boot, pid, host_id, 1, now() from deaths`;
  await sql`insert into oom_victims (boot, line, position, pid, start_ns, comm) select boot, pid, 1, pid, start_ns, 'x' from deaths`;
  await sql`insert into oom_tasks (boot, line, position, pid, comm) select boot, pid, n, n, 'x' from deaths, generate_series(1, 5) n where pid % 10 = 0`;
  await sql`insert into throttles (host_id, boot, since_ns, since, cgroup) select b.host_id, b.id, n, now() + n * interval '1 s', '/' from boots b, generate_series(1, 500) n`;
  await sql`insert into oom_kills (boot, victim_pid, victim_start_ns, at_ns) select boot, pid, start_ns, 1 from deaths where pid % 10 = 0`;
  await sql`insert into pending_verdicts select boot, pid, start_ns from deaths where pid % 10 = 0`;
  await sql`insert into ingest_cursors (host_id, epoch, committed) select id, gen_random_uuid(), 5 from hosts`;
  await sql`insert into ledger_streams (host_id, run, stream, stored)
    select h.id, gen_random_uuid(), 'sensor', n from hosts h, generate_series(1, 500) n`;
  await sql`insert into ledger_losses (host_id, run, stream, cause, count, uncounted)
    select host_id, run, stream, 'spool-full', 1, 0 from ledger_streams`;
  await sql`insert into jobs (id, created_at, updated_at, ended_at, deadline, action, state, reason, requested_by, requester_role, plan,
      plan_digest, seal, approvals_needed, request_digest)
    select md5(n::text)::uuid, now() - n * interval '1 min', now(), case when n % 100 > 0 then now() end, now() + interval '1 min', 'REBOOT_HOST',
      case when n % 100 > 0 then 'SUCCEEDED' else 'QUEUED' end, '', 'ann', 'admin', '', '', '', 0, '' from generate_series(1, 10000) n`;
  await sql`insert into job_commands (id, job_id, host_id, created_at, wave, target, state, expires_at, ended_at)
    select gen_random_uuid(), j.id, h.id, j.created_at, 0, 'host', case when j.ended_at is null then 'SIGNED' else 'SUCCEEDED' end,
      j.deadline, j.ended_at from jobs j, hosts h where h.id % 10 = 1`;
  await sql`insert into job_actors (boot, pid, start_ns, command_id, from_ns, until_ns)
    select r % 50 + 1, r % 800, r % 800 * 1000, id, r % 800 * 1000, r % 800 * 1000 + 900
    from (select id, row_number() over () as r from job_commands) as c`;
  await sql`insert into job_events (chain, number, job_id, at, kind, actor, detail, hash)
    select n % 64, n / 64 + 1, md5((n / 4)::text)::uuid, now(), 'sent', '', '', '' from generate_series(0, 39999) n`;
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

/** The plan for these very parameters, with the settings that the statement has. */
async function planOf(
  statement: Statement,
  parameters: readonly unknown[],
): Promise<{ indexes: string[]; scans: string[] }> {
  const values = parameters.map(literal);
  const text = statementText(statement)
    .replace(/^--.*$/gm, '')
    .replaceAll(/\$(\d+)/g, (_, n) => values[Number(n) - 1]!);
  const rows = await stack.sql.begin(async (tx) => {
    for (const [name, value] of Object.entries(keyed.has(statement) ? byKey : {}))
      await tx`select set_config(${name}, ${value}, true)`;
    return tx.unsafe<{ 'QUERY PLAN': [{ Plan: Plan }] }[]>(`explain (format json) ${text}`);
  });
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
  if (Array.isArray(value)) return `'{${value.map((one) => one ?? 'null').join(',')}}'`;
  return typeof value === 'string' ? `'${value.replaceAll("'", "''")}'` : String(value);
}

const nulls = (many: number) => Array<null>(many).fill(null);
const at = '2026-11-20T00:10:00Z';
const keys = [
  [1, 2, 3],
  [100, 200, 300],
  [100_000, 200_000, 300_000],
];
const key = { death: ['2026-11-20T00:30:00Z', 1, 1_800, 1_800_000], process: [at, 1, 600, 600_000] };
const json = (row: object) => JSON.stringify([row]);
const life = { pid: 100, start_ns: 100_000 };
/** Of 2026-11-20. */
const day = 20_777;
const run = '0f8fad5b-d9cb-469f-a165-70867728950e';
const large = [
  ...['lives', 'verdicts', 'signals', 'former_images', 'losses', 'episodes', 'core_dumps', 'kernel_log'],
  ...['jobs', 'job_commands', 'job_events', 'job_actors'],
  ...['oom_reports', 'oom_victims', 'oom_tasks', 'throttles', 'ledger_streams', 'ledger_losses'],
];
const episodeOrder = [at, 1, 600, 600_000, 'stopped', 600_001];

const plans: readonly [
  what: string,
  statement: Statement,
  parameters: readonly unknown[],
  indexes: readonly string[],
][] = [
  ['the latest death of a pid', 'deathByPid', [1, 100, null], ['lives_key']],
  ['a death of a pid by an instant', 'deathByPid', [1, 100, at], ['lives_key']],
  ['the latest life of a pid', 'lifeOfPid', [1, 100, null], ['lives_key']],
  [
    'the latest lives of pids',
    'livesOfPids',
    [
      [1, 2],
      [100, 100],
    ],
    ['lives_key'],
  ],
  ['deaths by key', 'deathsByKey', keys, ['lives_key']],
  ['processes by key', 'processesByKey', keys, ['lives_key']],
  ['former images', 'formerImages', keys, ['former_images_pkey']],
  ['lineage', 'lineage', keys, ['lives_key']],
  ['the newest deaths', 'latestDeathsPage', [...nulls(6), 51], ['deaths_by_time']],
  ['a later page of deaths', 'latestDeathsPage', [null, null, ...key.death, 51], ['deaths_by_time']],
  ['deaths since', 'latestDeathsPage', [at, ...nulls(5), 51], ['deaths_by_time']],
  ['deaths of hosts with labels', 'deathsPage', [...nulls(15), 51, '[{"role":"db"}]'], ['deaths_by_time']],
  ['deaths of a host', 'deathsOfHostPage', [3, ...nulls(13), 51, null], ['deaths_by_host']],
  [
    'a later page of deaths of a host',
    'deathsOfHostPage',
    [3, ...nulls(9), ...key.death, 51, null],
    ['deaths_by_host'],
  ],
  [
    'deaths of a host, of a cause',
    'deathsOfHostPage',
    [3, null, null, ['OOM'], ...nulls(10), 51, null],
    ['deaths_by_host'],
  ],
  ['deaths of a pid on a host', 'deathsPage', [3, ...nulls(8), 100, ...nulls(5), 51, null], ['lives_key']],
  ['deaths among some lives', 'deathsMatching', [...nulls(12), ...keys], ['lives_key']],
  ['deaths by a login', 'deathsPage', [...nulls(8), 'alice', ...nulls(6), 51, null], ['deaths_by_time']],
  ['deaths of a unit', 'deathsPage', [...nulls(10), 'redis.service', ...nulls(4), 51, null], ['deaths_by_time']],
  ['the newest processes', 'processesPage', [...nulls(12), 51], ['lives_by_time']],
  ['a later page of processes', 'processesPage', [...nulls(8), ...key.process, 51], ['lives_by_time']],
  ['processes of a host', 'processesPage', [3, ...nulls(11), 51], ['lives_by_host']],
  ['children', 'childrenPage', [3, 50, 50_000, ...nulls(3), 51], ['lives_by_parent']],
  ['signals received', 'signalsPage', ['target', 3, 100, 100_000, null, null, 51], ['signals_by_target']],
  [
    'a later page of signals received',
    'signalsPage',
    ['target', 3, 100, 100_000, 100_002, 9, 51],
    ['signals_by_target'],
  ],
  ['signals sent', 'signalsPage', ['sender', 3, 100, 100_000, null, null, 51], ['signals_by_sender']],
  ['signals before deaths', 'signalsByTarget', [...keys, [200_000, 300_000, 400_000], 32], ['signals_by_target']],
  ['requests before deaths', 'stopRequests', [[1, 2], [100_000, 200_000], 600_000, ['stop'], 16], ['stop_requests']],
  [
    'other victims of shots',
    'sameShots',
    [...keys, [9, 9, 9], [100_000, 200_000, 300_000], [110_000, 210_000, 310_000], 1_000],
    ['signals_by_sender'],
  ],
  [
    'a later page of the other victims of a shot',
    'sameShotPage',
    [3, 100, 100_000, 9, 100_000, 900_000, 200, 200_000, 200_001, 9, 51],
    ['signals_by_sender'],
  ],
  [
    'what followed deaths',
    'restartCandidates',
    [...keys, [100_500, 200_500, 300_500], 300_000_000_000, 16],
    ['lives_by_host', 'lives_by_parent'],
  ],
  [
    'lives of the same thing',
    'restartHistory',
    [...keys, [100_500, 200_500, 300_500], 3_900_000_000_000, 100],
    ['lives_key', 'lives_by_host', 'deaths_by_host', 'lives_by_parent'],
  ],
  ['OOM kills of victims', 'oomKillsByVictim', keys, ['oom_kills_pkey']],
  ['losses around deaths', 'lossesByDeath', [[1, 2], [100_000, 200_000], 5_000, 16], ['losses_by_time']],
  ['boots of a host', 'bootsPage', [3, null, null, 51], []],
  ['who took hosts down', 'shutdownRequests', [[1, 2, 3], '10 minutes', 64, ['reboot']], ['stop_requests']],
  ['losses of a host', 'lossesPage', [3, null, null, 51], ['losses_by_host']],
  ['a later page of losses of a host', 'lossesPage', [3, '2100-01-01', 900, 51], ['losses_by_host']],
  ['throttles of a host', 'throttlesPage', [3, null, null, 51], ['throttles_by_host']],
  ['core dumps of victims', 'coreDumpsByVictim', keys, ['core_dumps_pkey']],
  ['OOM reports of victims', 'oomReportsByVictim', keys, ['oom_reports_pkey', 'oom_victims_by_life']],
  ['candidates of an OOM report', 'oomTasksPage', [3, 100, null, null, 51], ['oom_tasks_pkey']],
  ['tables of OOM reports', 'oomTables', [[1, 2], [100, 200], 1_001], ['oom_tasks_pkey']],
  ['kernel log of processes', 'kernelLogByProcess', [...keys, 4], ['kernel_log_by_life']],
  ['the newest episodes', 'episodesPage', [...nulls(19), 51], ['episodes_by_time']],
  ['a later page of episodes', 'episodesPage', [...nulls(10), ...episodeOrder, ...nulls(3), 51], ['episodes_by_time']],
  ['episodes of a host', 'episodesPage', [3, ...nulls(18), 51], ['episodes_by_host']],
  ['episodes of a unit', 'episodesPage', [...nulls(6), 'redis.service', ...nulls(12), 51], ['episodes_by_time']],
  ['episodes that last', 'episodesPage', [null, null, true, ...nulls(16), 51], ['episodes_open']],
  ['episodes of a process', 'episodesPage', [...nulls(7), 3, 100, 100_000, ...nulls(9), 51], ['episodes_pkey']],
  [
    'episodes among some',
    'episodesPage',
    [...nulls(16), ['1.100.100000.stopped.100001'], [1], [100], 1],
    ['episodes_pkey'],
  ],
  [
    'signals stored',
    'insertSignals',
    [[1], [at], json({ n: 1, at_ns: 1, signal: 9, target_pid: 100, target_start_ns: 100_000 })],
    ['lives_key'],
  ],
  [
    'deaths stored',
    'insertDeaths',
    [[1], [1], [at], json({ n: 1, ...life, day, died_ns: 5, core_dumped: false })],
    ['lives_key', 'episodes_pkey'],
  ],
  [
    'lives described anew',
    'describeLives',
    [[1], json({ n: 1, ...life, day, seen_ns: 5, exec_ns: 5, execs: [5], comm: 'x', args: [] })],
    ['lives_key', 'signals_by_sender'],
  ],
  [
    'OOM kills stored',
    'insertOomKills',
    [1, json({ victim_pid: 100, victim_start_ns: 100_000, at_ns: 5 })],
    ['lives_key'],
  ],
  [
    'OOM reports stored',
    'insertOomReports',
    [
      1,
      1,
      at,
      json({ line: 1, at: 5, victims: [{ pid: 100, comm: 'x', process: { pid: 100, start: '5' } }], tasks: [] }),
    ],
    ['lives_key'],
  ],
  ['kernel log stored', 'insertKernelLog', [1, 1, at, json({ line: 1, at_ns: 5, ...life })], ['lives_key']],
  ['core dumps stored', 'insertCoreDumps', [1, json({ ...life, at_ns: 5 })], ['lives_key']],
  [
    'episodes stored',
    'insertEpisodes',
    [1, 1, at, json({ ...life, state: 'stopped', since_ns: 5, seen_ns: 6 })],
    ['lives_key', 'episodes_pkey'],
  ],
  ['the newest jobs', 'jobsPage', [...nulls(9), 51], ['jobs_by_time']],
  ['a later page of jobs', 'jobsPage', [...nulls(6), at, run, null, 51], ['jobs_by_time']],
  ['jobs of a host', 'jobsPage', [null, null, 1, ...nulls(6), 51], ['jobs_by_time', 'job_commands_job_id_idx']],
  ['jobs among some', 'jobsPage', [...nulls(8), [run], 1], ['jobs_pkey']],
  ['jobs to sign', 'queuedJobs', [100], ['jobs_open', 'job_commands_job_id_idx']],
  ['commands that hosts have not reported of', 'commandsForHosts', [[1, 11]], ['job_commands_open']],
  ['jobs that time has run out for', 'overdueJobs', ['1 min', '10 min', 100], ['jobs_open']],
  ['jobs locked', 'lockJobs', [[run]], ['jobs_pkey']],
  [
    'commands of actors',
    'commandsOfActors',
    [...keys, [100_500, 200_500, 300_500]],
    ['job_actors_pkey', 'job_commands_pkey', 'jobs_pkey'],
  ],
  [
    'deaths that actors may have caused',
    'reopenActed',
    [[1], [100], [100_000], [run]],
    ['job_actors_pkey', 'deaths_by_host'],
  ],
  ['commands of jobs', 'commandsOfJobs', [[run]], ['job_commands_job_id_idx']],
  ['the trail of jobs', 'eventsOfJobs', [[run], 1_000], ['job_events_job_id_at_idx']],
  ['the trail', 'trailPage', [3, 100, 1_000], ['job_events_pkey']],
  ['the episodes of processes', 'openEpisodes', keys, ['episodes_pkey']],
  ['zombies of parents', 'zombiesOf', [...keys, 1_000], []],
  ['main processes of units', 'unitsMainProcesses', [[3], [1_000], ['redis.service'], 16], ['lives_by_parent']],
  ['deaths of services', 'deathsOfServices', [[3], ['redis.service'], [null], 100], ['lives_key']],
  [
    'jobs of the last hour',
    'jobCounts',
    [
      [1, 11],
      ['host', 'host'],
      [null, at],
      [null, run],
    ],
    ['jobs_by_time', 'job_commands_job_id_idx'],
  ],
  ['hosts in trouble', 'fleetTrouble', ['40 s', '10 min', ['EXITED']], ['deaths_by_time']],
  ['verdicts of older engines', 'takeOutdated', [3, 100], ['verdicts_by_engine']],
  ['whether any are of older engines', 'countOutdated', [1, 100_000], ['verdicts_by_engine']],
  ['verdicts saved', 'saveVerdicts', [json({ boot: 1, ...life, cause: 'EXITED' }), ['EXITED']], ['lives_key']],
  [
    'the ledger claimed',
    'claimLedger',
    [1, json({ run, stream: 'sensor', read: 1, later: 0 }), at, []],
    ['ledger_losses_pkey', 'ledger_streams_pkey'],
  ],
  ['the ledger of some hosts', 'ledgerStreams', [[3]], ['ledger_streams_pkey']],
  ['losses in the ledger of some hosts', 'ledgerLosses', [[3]], ['ledger_losses_pkey']],
  ['lives closed by a snapshot', 'closeUnseen', [3, at, 5_000], ['lives_open', 'episodes_pkey']],
  ['lives of former boots', 'closeFormerBoots', [3, 3, at], ['lives_open']],
];

describe('every hot statement finds its rows by an index', () => {
  test.each(plans)('%s', async (_what, statement, parameters, wanted) => {
    const { indexes, scans } = await planOf(statement, parameters);
    expect(indexes).toEqual(expect.arrayContaining([...wanted]));
    expect(scans.filter((table) => large.includes(table))).toEqual([]);
  });
});
