-- The episodes that given lives are in, the latest of each.
-- $1 int[] boots, $2 int[] pids, $3 bigint[] start times
-- Primary key of episodes.
select k.boot, k.pid, k.start_ns, e.state, e.wait_channel
from unnest($1::int[], $2::int[], $3::bigint[]) as k(boot, pid, start_ns)
cross join lateral (
  select state, wait_channel from episodes e
  where e.boot = k.boot and e.pid = k.pid and e.start_ns = k.start_ns and e.ended_at is null
  order by e.since_ns desc limit 1) e
