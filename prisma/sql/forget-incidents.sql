-- Forgets incidents that were over before a time and have nothing in them any more, with their notices.
-- $1 timestamptz before, $2 int limit
-- Returns how many, as `gone`.
-- Index incidents_by_time (opened_at, …): it opened before it was over. Index incident_members_by_incident; primary key.
with gone as (
  delete from incidents where id in (
    select i.id from incidents i
    where i.opened_at < $1::timestamptz and i.resolved_at < $1::timestamptz
      and not exists (select from incident_members m where m.incident_id = i.id)
    order by i.opened_at, i.id
    limit $2::int)
  returning 1
)
select count(*)::int as gone from gone
