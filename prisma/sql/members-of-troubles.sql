-- Which incidents count given troubles.
-- $1 text[] kinds, $2 text[] refs
-- Primary key.
select m.kind, m.ref, m.incident_id, m.host_id
from unnest($1::text[], $2::text[]) as k(kind, ref)
join incident_members m using (kind, ref)
