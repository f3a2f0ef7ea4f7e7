-- Keeps others from deciding these deaths until this transaction ends, and from counting them: what is read after this is the latest.
-- $1 int[] boots, $2 int[] pids, $3 bigint[] start times
-- Primary key of verdicts in the partition of the day.
select v.boot
from (
  select k.*, day_of(b.first_booted_at, k.start_ns) as day
  from unnest($1::int[], $2::int[], $3::bigint[]) as k(boot, pid, start_ns) join boots b on b.id = k.boot
  -- First, so that the day finds the partition.
  offset 0) k
join verdicts v on v.day = k.day and v.boot = k.boot and v.pid = k.pid and v.start_ns = k.start_ns
order by v.boot, v.pid, v.start_ns
for update of v
