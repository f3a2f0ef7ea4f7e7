-- Forgets what incidents counted that were over before a time: an incident of a flood goes in steps.
-- $1 timestamptz before, $2 int limit
-- Returns how many, as `gone`.
-- Index incidents_by_time (opened_at, …): it opened before it was over. Index incident_members_by_incident; primary key.
with gone as (
  delete from incident_members where (kind, ref) in (
    select m.kind, m.ref
    from incidents i
    cross join lateral (select t.kind, t.ref from incident_members t where t.incident_id = i.id limit $2::int) m
    where i.opened_at < $1::timestamptz and i.resolved_at < $1::timestamptz
    limit $2::int)
  returning 1
)
select count(*)::int as gone from gone
