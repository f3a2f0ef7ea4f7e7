-- Forgets requests that went to receivers before a time.
-- $1 timestamptz before, $2 int limit
-- Returns how many, as `gone`.
-- Index delivery_attempts_by_time (receiver_id, at), receiver by receiver; there are few.
with gone as (
  delete from delivery_attempts where id in (
    select a.id from receivers r
    cross join lateral (
      select t.id from delivery_attempts t where t.receiver_id = r.id and t.at < $1::timestamptz order by t.at limit $2::int) a
    limit $2::int)
  returning 1
)
select count(*)::int as gone from gone
