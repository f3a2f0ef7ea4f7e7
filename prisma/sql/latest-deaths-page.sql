-- A page of all deaths, newest first. What deaths-page says without conditions on them, planned once.
-- $1 timestamptz since, $2 timestamptz until, each may be null,
-- $3 timestamptz, $4 int, $5 int, $6 bigint: the key after which the page begins, $7 int limit
-- Index deaths_by_time (by the second, the order within one is sorted); key of verdicts.
select d.*, (select b.booted_at from boots b where b.id = d.boot) as booted_at
from deaths d
where d.ended_s >= coalesce(second_of($1::timestamptz), -2147483647)
  and d.ended_s <= least(coalesce(second_of($2::timestamptz), 2147483647), coalesce(second_of($3::timestamptz), 2147483647))
  and ($1::timestamptz is null or d.died_at >= $1::timestamptz)
  and ($2::timestamptz is null or d.died_at < $2::timestamptz)
  and ($3::timestamptz is null or (d.died_at, d.boot, d.pid, d.start_ns) < ($3::timestamptz, $4::int, $5::int, $6::bigint))
order by d.ended_s desc, d.died_at desc, d.boot desc, d.pid desc, d.start_ns desc
limit $7::int
