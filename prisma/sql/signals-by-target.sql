-- The last signals that were generated for each of the given lives, at or before a time of each; oldest first.
-- $1 int[] boots, $2 int[] pids, $3 bigint[] start times, $4 bigint[] not after (boot-clock ns), $5 int at most for each
-- Index signals (boot, target_pid, target_start_ns, at_ns).
select s.*
from unnest($1::int[], $2::int[], $3::bigint[], $4::bigint[]) as k(boot, pid, start_ns, until_ns)
cross join lateral (
  select * from signals s
  where s.boot = k.boot and s.target_pid = k.pid and s.target_start_ns = k.start_ns and s.at_ns <= k.until_ns
  order by s.at_ns desc, s.id desc limit $5::int) s
order by s.at_ns, s.id
