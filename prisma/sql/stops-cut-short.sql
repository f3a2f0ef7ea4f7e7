-- Services of these hosts whose stop took longer than they were given, so that they were killed.
-- $1 int[] host ids, $2 timestamptz since
-- Index deaths_by_host; key of lives in the partition of the day.
select d.host_id, p.unit, count(*)::int as stops, max(d.died_at) as last_at
from deaths d join processes p on p.day = d.day and p.boot = d.boot and p.pid = d.pid and p.start_ns = d.start_ns
where d.host_id = any ($1::int[]) and d.ended_s >= second_of($2::timestamptz) and d.died_at >= $2::timestamptz and d.cause = 'SERVICE_STOP_TIMEOUT' and p.unit is not null
group by d.host_id, p.unit
