-- What a new job asks of its hosts.
-- $1 text JSON array
-- No index.
insert into job_commands (id, job_id, host_id, created_at, wave, target, state, expires_at)
select id, job_id, host_id, created_at, wave, target, 'WAITING', expires_at
from jsonb_to_recordset($1::text::jsonb) as r(
  id uuid, job_id uuid, host_id int, created_at timestamptz, wave smallint, target text, expires_at timestamptz)
