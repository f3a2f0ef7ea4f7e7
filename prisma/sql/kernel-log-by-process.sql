-- The last lines of the kernel log that speak of given lives; oldest first.
-- $1 int[] boots, $2 int[] pids, $3 bigint[] start times, $4 int at most for each
-- Index kernel_log (boot, pid, start_ns).
select l.*
from unnest($1::int[], $2::int[], $3::bigint[]) as k(boot, pid, start_ns)
cross join lateral (
  select * from kernel_log l
  where l.boot = k.boot and l.pid = k.pid and l.start_ns = k.start_ns
  order by l.at_ns desc, l.line desc limit $4::int) l
order by l.at_ns, l.line
