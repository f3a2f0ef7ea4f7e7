-- Deaths of given lives.
-- $1 int[] boots, $2 int[] pids, $3 bigint[] start times
-- Keys of lives and verdicts in the partition of the day.
select d.*, k.booted_at
from (
  select k.*, b.booted_at, day_of(b.first_booted_at, k.start_ns) as day
  from unnest($1::int[], $2::int[], $3::bigint[]) as k(boot, pid, start_ns) join boots b on b.id = k.boot
  -- First, so that the day finds the partition.
  offset 0) k
join deaths d on d.day = k.day and d.boot = k.boot and d.pid = k.pid and d.start_ns = k.start_ns
