-- Lives that acted for commands.
-- $1 text JSON array
-- Primary key of job_actors.
insert into job_actors (boot, pid, start_ns, command_id)
select boot, pid, start_ns, command_id
from jsonb_to_recordset($1::text::jsonb) as r(boot int, pid int, start_ns bigint, command_id uuid)
on conflict do nothing
