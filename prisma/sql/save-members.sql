-- Troubles that incidents count from now on; one that another has counted moves.
-- $1 text JSON array, no trouble twice
-- Primary key.
insert into incident_members as m (kind, ref, incident_id, host_id, at)
select kind, ref, incident_id, host_id, at
from jsonb_to_recordset($1::text::jsonb) as r(kind text, ref text, incident_id uuid, host_id int, at timestamptz)
on conflict (kind, ref) do update set incident_id = excluded.incident_id
