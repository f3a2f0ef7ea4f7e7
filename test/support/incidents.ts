/** Incidents in tests: services that die now, and what is asked most often. */
import { randomUUID } from 'node:crypto';
import type { Event, ProcessRef } from '../../src/contract/index.js';
import { described, ended, init, life, signalled } from './events.js';
import { eventually } from './eventually.js';
import type { TestHost } from './host.js';
import type { Answer, Stack } from './stack.js';

export const redis = 'redis.service';

const killer = life(50);

export interface Machine {
  readonly host: TestHost;
  /** Of its boot clock: now. */
  now(): number;
  send(events: readonly Event[]): Promise<void>;
}

/** A host that has just booted: what dies on it dies now. */
export async function bootedNow(stack: Stack, name: string): Promise<Machine> {
  const host = await stack.enroll(name);
  const bootId = randomUUID();
  const bootedMs = Date.now() - 3_600_000;
  const send = async (events: readonly Event[]) => {
    const reply = await host.send(host.batch(events, { bootId, bootedAt: new Date(bootedMs).toISOString() }));
    if (reply.status !== 200) throw new Error(JSON.stringify(reply.body));
  };
  await send([
    described(init, { comm: 'systemd', exe: '/usr/lib/systemd/systemd', origin: 'snapshot' }),
    described(killer, { comm: 'killer' }),
  ]);
  return { host, now: () => Date.now() - bootedMs, send };
}

/** The main process of a service starts. */
export function started(pid: number, atMs: number, unit = redis): Event[] {
  const exe = { comm: 'redis-server', exe: '/usr/bin/redis-server', args: ['/usr/bin/redis-server'] };
  return [described(life(pid, atMs), { ...exe, parent: init, unit, cgroup: `/system.slice/${unit}` })];
}

/** It starts, and somebody kills it at once. */
export function shot(pid: number, atMs: number, unit = redis): Event[] {
  return [...started(pid, atMs - 1, unit), ...killed(life(pid, atMs - 1), atMs)];
}

export function killed(victim: ProcessRef, atMs: number): Event[] {
  return [signalled(victim, atMs - 0.5, 9, { sender: killer }), ended(victim, atMs, 9)];
}

export const incidentFields = `{ id key kind state severity title titleZh: title(locale: ZH) summary evidence host { name } hosts unit exe cause
  labels { key value } count openedAt resolvedAt acknowledgedBy resolvedBy mergedInto { id } silencedBy { id comment }
  notices(first: 50) { nodes { id change by count title } }
  deaths(first: 5) { nodes { id process { pid } verdict { cause summary } } pageInfo { hasNextPage endCursor } } }`;

export async function incidents(stack: Stack, filter = ''): Promise<Answer[]> {
  const { data, errors } = await stack.gql(`{ incidents(filter: { ${filter} }) { nodes ${incidentFields} } }`);
  if (errors) throw new Error(JSON.stringify(errors));
  return data.incidents.nodes;
}

/** The one incident that fits, once there is one that also meets the condition. */
export async function incidentThat(
  stack: Stack,
  filter: string,
  condition: (incident: Answer) => boolean = () => true,
  boundMs?: number,
): Promise<Answer> {
  return eventually(async () => (await incidents(stack, filter)).find(condition), boundMs);
}

/** Counts as they are stored agree with what is counted. */
export async function miscounted(stack: Stack): Promise<readonly unknown[]> {
  return stack.sql`
    select i.id, i.key, i.count, i.hosts, m.count as members, t.hosts as touched, t.count as of_hosts
    from incidents i
    cross join lateral (select count(*)::int as count from incident_members m where m.incident_id = i.id) m
    cross join lateral (
      select count(*)::int as hosts, coalesce(sum(t.count), 0)::int as count from incident_hosts t where t.incident_id = i.id) t
    where i.merged_into is null and (i.count, i.hosts, i.count) is distinct from (m.count, t.hosts, t.count)`;
}

export const changesOf = (incident: Answer): string[] =>
  incident.notices.nodes.map(({ change }: { change: string }) => change).reverse();
