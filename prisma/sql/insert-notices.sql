-- What is told, in this order.
-- $1 text JSON array
insert into notices (id, incident_id, at, change, by, body)
select r.id, r.incident_id, r.at, r.change, r.by, r.body
from rows from (
  jsonb_to_recordset($1::text::jsonb)
    as (id uuid, incident_id uuid, at timestamptz, change text, by text, body jsonb)
) with ordinality as r(id, incident_id, at, change, by, body, n)
order by r.n
