-- Forgets silences and maintenance windows that ended before a time. An incident that one of them covered does not name it any more.
-- $1 timestamptz before, $2 int limit
-- Returns how many, as `gone`.
-- Index silences_by_end; primary key.
with gone as (
  delete from silences where id in (
    select s.id from silences s where s.ends_at < $1::timestamptz order by s.ends_at limit $2::int)
  returning 1
)
select count(*)::int as gone from gone
