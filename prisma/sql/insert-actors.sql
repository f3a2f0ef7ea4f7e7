-- Lives that acted for commands, and when.
-- $1 text JSON array
-- Primary key of job_actors.
insert into job_actors (boot, pid, start_ns, command_id, from_ns, until_ns)
select boot, pid, start_ns, command_id, from_ns, until_ns
from jsonb_to_recordset($1::text::jsonb)
  as r(boot int, pid int, start_ns bigint, command_id uuid, from_ns bigint, until_ns bigint)
on conflict (boot, pid, start_ns, command_id) do update
set from_ns = least(job_actors.from_ns, excluded.from_ns), until_ns = greatest(job_actors.until_ns, excluded.until_ns)
