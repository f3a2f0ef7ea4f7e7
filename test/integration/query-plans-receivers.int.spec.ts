/** The statements about deliveries use their indexes. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { statementText, type Statement } from '../../src/store/sql.js';
import { startStack, type Stack } from '../support/stack.js';

let stack: Stack;
beforeAll(async () => {
  stack = await startStack();
  const { sql } = stack;
  await sql`insert into receivers (id, name, kind, sealed, target, locale, enabled, per_minute, updated_at)
    select md5(n::text)::uuid, n, 'SLACK', '', '', 'EN', true, 1, now() from generate_series(1, 20) n`;
  await sql`insert into deliveries (id, receiver_id, notice_id, position, incident_id, change, body, state, created_at, queued_at, next_at, repeat_at)
    select gen_random_uuid(), md5((n % 20 + 1)::text)::uuid, gen_random_uuid(), n, md5((n / 40)::text)::uuid, 'OPENED', '{}',
      case when n % 100 = 0 then 'PENDING' else 'DELIVERED' end, now() - n * interval '1 s', now(), now(), case when n % 100 = 1 then now() end
    from generate_series(1, 20000) n`;
  await sql`insert into incidents (id, key, group_key, kind, state, severity, labels, count, hosts, opened_at, updated_at,
      latest_at, latest_ref, summary, summary_zh, evidence, loud, untold)
    select gen_random_uuid(), 'key', 'key', 'DEATH', 'RESOLVED', 'ERROR', '{}', 1, 1, now(), now(), now(), '1.2.3', '', '', '{}', true, false`;
  await sql`insert into notices (id, incident_id, at, change, body)
    select gen_random_uuid(), incidents.id, now(), 'OPENED', '{}' from incidents, generate_series(1, 20000)`;
  await sql`insert into told_notices (position, at) select position, now() - position * interval '1 ms' from notices where position between 19000 and 19990`;
  await sql.unsafe('analyze');
});
afterAll(() => stack.close());

interface Plan {
  readonly 'Node Type': string;
  readonly 'Index Name'?: string;
  readonly 'Relation Name'?: string;
  readonly Plans?: readonly Plan[];
}
const flat = (plan: Plan): Plan[] => [plan, ...(plan.Plans ?? []).flatMap(flat)];

const receiver = `md5('1')::uuid`;
test.each<[Statement, readonly string[], string]>([
  ['untoldNotices', ['500'], 'notices_pkey'],
  ['forgetToldNotices', [], 'told_notices_at_idx'],
  ['waitingDeliveries', [receiver, '500'], 'deliveries_pending'],
  ['repeatedDeliveries', [receiver, 'now()', '100'], 'deliveries_repeated'],
  ['dueReceivers', ['now()'], 'deliveries_pending'],
  ['deliveriesPage', ['null', 'null', 'null', 'now()', '5', receiver, '50'], 'deliveries_by_time'],
  ['deliveriesPage', [receiver, 'null', 'null', 'null', 'null', 'null', '50'], 'deliveries_by_receiver'],
  ['deliveriesPage', ['null', 'null', receiver, 'null', 'null', 'null', '50'], 'deliveries_by_incident'],
])('%s with %j uses %s', async (statement, values, index) => {
  const text = statementText(statement)
    .replace(/^--.*$/gm, '')
    .replaceAll(/\$(\d+)/g, (_, n) => values[Number(n) - 1]!);
  const rows = await stack.sql.unsafe<{ 'QUERY PLAN': [{ Plan: Plan }] }[]>(`explain (format json) ${text}`);
  const nodes = flat(rows[0]!['QUERY PLAN'][0].Plan);
  expect(nodes.map((node) => node['Index Name'])).toContain(index);
  const scanned = nodes.filter((node) => node['Node Type'] === 'Seq Scan').map((node) => node['Relation Name']);
  expect(scanned.filter((relation) => relation !== 'receivers' && relation !== 'told_notices')).toEqual([]);
});
