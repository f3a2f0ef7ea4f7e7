/** Incidents as they are told, without the machinery that finds them: notices put where it puts them. */
import { randomUUID } from 'node:crypto';
import { notice } from '../../src/incident/notice-example.js';
import type { IncidentFacts, Notice, NoticeChange } from '../../src/incident/notice.js';
import { createLogger } from '../../src/platform/logger.js';
import { JobQueue } from '../../src/queue/job.queue.js';
import type { Answer, Stack } from './stack.js';

export function noticeOf(change: NoticeChange, of: Partial<IncidentFacts>): Notice {
  return notice(change, of, randomUUID());
}

/** What the incidents write in their transaction; the worker is woken as they wake it. */
export async function tell(stack: Stack, notices: readonly Notice[]): Promise<void> {
  const { sql } = stack;
  await sql.begin(async (tx) => {
    for (const one of notices) {
      const { id, key, kind, state, severity, openedAt } = one.incident;
      await tx`insert into incidents (id, key, group_key, kind, state, severity, labels, count, hosts, opened_at, updated_at,
          latest_at, latest_ref, summary, summary_zh, evidence, loud, told_at, untold)
        values (${id}, ${`${key} ${id}`}, ${key}, ${kind}, ${state}, ${severity}, '{}', 1, 1, ${openedAt}, ${one.at},
          now(), '1.2.3', '', '', '{}', true, ${one.at}, false)
        on conflict do nothing`;
      await tx`insert into notices (id, incident_id, at, change, body)
        values (${one.id}, ${id}, ${one.at}, ${one.change}, ${tx.json(one as never)})`;
    }
  });
  await wake(stack);
}

export async function wake(stack: Stack): Promise<void> {
  const queue = new JobQueue(stack.env, createLogger(stack.env, 'test'));
  await queue.wake('tell-notices');
  await queue.onApplicationShutdown();
}

/** As if the time that is waited for had passed. */
export async function passTime({ sql }: Stack): Promise<void> {
  await sql`update receivers set held_until = now() where held_until > now()`;
  await sql`update deliveries set next_at = now() where state = 'PENDING' and next_at > now()`;
  await sql`update deliveries set repeat_at = now() where repeat_at > now()`;
  await sql`update delivery_attempts set at = at - interval '1 min'`;
}

/** A receiver, and a route to it for the incidents of that unit. @returns its id */
export async function receiverFor(stack: Stack, unit: string, input: object): Promise<string> {
  const { receiver } = await ask(stack, saveReceiver, { input: { name: `of ${unit}`, ...input } });
  const route = { name: unit, receiver: receiver.id, matchers: { unit }, continue: true };
  await ask(stack, `mutation ($input: RouteInput!) { saveRoute(input: $input) { id } }`, { input: route });
  return receiver.id;
}

export const saveReceiver = `mutation ($input: ReceiverInput!) { saveReceiver(input: $input) {
  receiver { id name kind target locale enabled perMinute failures heldUntil } secret } }`;

export const deliveryFields = `{ id change state code attempts incident receiver { id name } log { at endedAt status code detail } }`;

/** Of a receiver, oldest first. */
export async function deliveriesOf(stack: Stack, receiver: string): Promise<Answer[]> {
  const query = `query ($filter: DeliveryFilter) { deliveries(filter: $filter, first: 200) { nodes ${deliveryFields} } }`;
  const { nodes } = await ask(stack, query, { filter: { receiver } });
  return nodes.toReversed();
}

/** The one field that was asked for. @throws Error that quotes the errors, if there are any. */
export async function ask(stack: Stack, query: string, variables?: object): Promise<Answer> {
  const { data, errors } = await stack.gql(query, variables);
  if (errors) throw new Error(JSON.stringify(errors));
  return Object.values(data)[0];
}
