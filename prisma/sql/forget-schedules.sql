-- Forgets schedules of audits that people ended before a time.
-- $1 timestamptz before, $2 int limit
-- Returns how many, as `gone`.
-- No index: there are as many as people write down.
with gone as (
  delete from audit_schedules where id in (
    select s.id from audit_schedules s where s.ended_at < $1::timestamptz limit $2::int)
  returning 1
)
select count(*)::int as gone from gone
