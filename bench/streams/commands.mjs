/**
 * Commands for very many hosts, in the rows that the worker leaves when it has signed: for the API to lock, to mark, to write into the trail and
 * to send. Made here, since guards let nobody ask for 10,000 jobs within an hour; `fanout` measures real ones, from asking to the deed.
 */
import { randomUUID } from 'node:crypto';

/** A notification's payload is bounded: as src/store/notifications.ts. */
const idsPerNotification = 100;
const envelope = 'x'.repeat(600);

/** @param {import('postgres').Sql} sql @param {number} from the first host's place @param {number} many */
export async function command(sql, from, many) {
  const hosts = await sql`select id, machine_id from hosts order by id offset ${from} limit ${many}`;
  const rows = hosts.map(({ id, machine_id: machine }) => {
    // As much of a plan as is read after signing.
    const plan = JSON.stringify({ version: 1, failuresMax: 0, targets: [{ host: machine, wave: 0 }] });
    return { host: id, job: randomUUID(), command: randomUUID(), plan };
  });
  const json = JSON.stringify(rows);
  await sql.begin(async (tx) => {
    await tx`insert into jobs (id, created_at, updated_at, deadline, action, state, reason, requested_by, requester_role, plan, plan_digest,
        seal, approvals_needed, request_digest)
      select r.job, now(), now(), now() + interval '10 min', 'SIGNAL_PROCESS', 'QUEUED', 'bench', 'bench', 'admin', r.plan, '', '', 0, ''
      from jsonb_to_recordset(${json}::text::jsonb) as r(job uuid, plan text)`;
    await tx`insert into job_commands (id, job_id, host_id, created_at, wave, target, state, expires_at, envelope)
      select r.command, r.job, r.host, now(), 0, 'host', 'SIGNED', now() + interval '10 min', ${envelope}
      from jsonb_to_recordset(${json}::text::jsonb) as r(host int, job uuid, command uuid)`;
    for (let begin = 0; begin < rows.length; begin += idsPerNotification) {
      const news = rows.slice(begin, begin + idsPerNotification).map(({ host, job }) => `${host}:${job}`);
      await tx`select pg_notify('whodunit_commands', ${news.join(' ')})`;
    }
  });
}
