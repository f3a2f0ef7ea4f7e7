/** A host with any number of deaths: some thousand are sent as an agent sends them, the others are copies of those, made by SQL. */
import type { Sql } from 'postgres';
import { described, exited, life } from './events.js';
import type { TestHost } from './host.js';

/** Longer than all that are sent live. */
const sent = { max: 3_000, batch: 500, spanNs: 10_000_000_000n } as const;
const copiesAtOnce = 20;

/** @returns how many: `many`, or the next multiple of what is sent. Each with a command line of 2,000 characters, decided as EXITED. */
export async function seedDeaths(sql: Sql, host: TestHost, many: number): Promise<number> {
  const count = Math.min(many, sent.max);
  for (let begun = 0; begun < count; begun += sent.batch) {
    const pids = Array.from({ length: Math.min(sent.batch, count - begun) }, (_, index) => begun + index + 2);
    const { status } = await host.send(
      pids.flatMap((pid) => [
        described(life(pid), { comm: 'x', args: ['x', 'y'.repeat(2_000)] }),
        exited(life(pid), pid + 1),
      ]),
    );
    if (status !== 200) throw new Error(`a batch was answered ${status}`);
  }
  // Deciding a million takes longer than what they are for.
  await sql`update deaths set engine = 1, rule = 'exited', cause = 'EXITED', actor_kind = 'SELF', confidence = 1,
    summary = 'x exited.', evidence = '[]' where host_id = ${host.id}`;
  const copies = Math.ceil(many / count) - 1;
  for (let copy = 1; copy <= copies; copy += copiesAtOnce)
    await copyDeaths(sql, host.id, copy, Math.min(copy + copiesAtOnce - 1, copies));
  await sql`analyze lives, verdicts`;
  return count * (copies + 1);
}

/** Lives of their own, later by as long as the sent ones take, each time. Whatever else is in a row is the same. */
async function copyDeaths(sql: Sql, hostId: number, first: number, last: number): Promise<void> {
  const span = String(sent.spanNs);
  await sql`insert into processes select r.* from processes p, generate_series(${first}::bigint, ${last}::bigint) n,
    jsonb_populate_record(p, jsonb_build_object('start_ns', p.start_ns + n * ${span}::bigint, 'ended_at', p.ended_at + n * interval '10 s')) r
    where p.host_id = ${hostId} and p.start_ns < ${span}::bigint`;
  await sql`insert into deaths select r.* from deaths d, generate_series(${first}::bigint, ${last}::bigint) n,
    jsonb_populate_record(d, jsonb_build_object('start_ns', d.start_ns + n * ${span}::bigint, 'died_ns', d.died_ns + n * ${span}::bigint,
      'died_at', d.died_at + n * interval '10 s')) r
    where d.host_id = ${hostId} and d.start_ns < ${span}::bigint`;
}
