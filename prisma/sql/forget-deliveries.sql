-- Forgets deliveries from before a time, once nothing depends on them: they are over, and so is their incident (who was told that it
-- began is told that it is over).
-- $1 timestamptz before, $2 int limit
-- Returns how many, as `gone`.
-- Index deliveries_by_time (created_at, …); primary keys.
with gone as (
  delete from deliveries where id in (
    select d.id from deliveries d
    where d.created_at < $1::timestamptz and d.state <> 'PENDING' and d.repeat_at is null
      and not exists (select from incidents i where i.id = d.incident_id and i.resolved_at is null)
    order by d.created_at, d.position, d.id
    limit $2::int)
  returning 1
)
select count(*)::int as gone from gone
