-- Troubles that are none any more.
-- $1 text[] kinds, $2 text[] refs
-- Primary key.
delete from incident_members m using unnest($1::text[], $2::text[]) as k(kind, ref)
where m.kind = k.kind and m.ref = k.ref
