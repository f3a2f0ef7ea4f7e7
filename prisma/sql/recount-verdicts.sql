-- Where deaths are counted, when they are counted anew.
-- $1 int[] boots, $2 int[] pids, $3 bigint[] start times, $4 bigint[] cells
-- Primary key of verdicts in the partition of the day.
update verdicts v set cell = k.cell
from (
  select k.*, day_of(b.first_booted_at, k.start_ns) as day
  from unnest($1::int[], $2::int[], $3::bigint[], $4::bigint[]) as k(boot, pid, start_ns, cell) join boots b on b.id = k.boot
  -- First, so that the day finds the partition.
  offset 0) k
where v.day = k.day and v.boot = k.boot and v.pid = k.pid and v.start_ns = k.start_ns and v.cell is distinct from k.cell
