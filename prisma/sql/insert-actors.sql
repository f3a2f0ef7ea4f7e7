-- Lives that acted for commands, and when. A death of that time may be their doing: it wants its verdict again.
-- $1 text JSON array
-- Primary key of job_actors; index deaths (host_id, died_at, ...).
with acted as (
  select * from jsonb_to_recordset($1::text::jsonb)
    as r(boot int, pid int, start_ns bigint, command_id uuid, from_ns bigint, until_ns bigint)
), reopened as (
  insert into pending_verdicts (boot, pid, start_ns)
  select distinct d.boot, d.pid, d.start_ns
  from acted a
  join boots b on b.id = a.boot
  join deaths d on d.host_id = b.host_id and d.boot = a.boot and d.died_ns between a.from_ns and a.until_ns
    and d.died_at between b.booted_at + a.from_ns / 1000 * interval '1 microsecond' - interval '1 minute'
      and b.booted_at + a.until_ns / 1000 * interval '1 microsecond' + interval '1 minute'
  on conflict do nothing
)
insert into job_actors (boot, pid, start_ns, command_id, from_ns, until_ns)
select boot, pid, start_ns, command_id, from_ns, until_ns from acted
on conflict (boot, pid, start_ns, command_id) do update
set from_ns = least(job_actors.from_ns, excluded.from_ns), until_ns = greatest(job_actors.until_ns, excluded.until_ns)
