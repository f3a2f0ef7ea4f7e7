-- The first day (UTC) on or after an instant on which somebody died on a host.
-- $1 int host id, $2 timestamptz
-- Index deaths_by_host.
select date_trunc('day', moment_of(min(l.ended_s), 0), 'UTC') as day
from lives l
where l.ending > 0 and l.host_id = $1::int and l.ended_s >= second_of($2::timestamptz)
