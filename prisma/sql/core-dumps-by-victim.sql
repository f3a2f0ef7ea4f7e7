-- Core dumps of given lives.
-- $1 int[] boots, $2 int[] pids, $3 bigint[] start times
-- Primary key of core_dumps.
select c.*
from unnest($1::int[], $2::int[], $3::bigint[]) as k(boot, pid, start_ns)
join core_dumps c using (boot, pid, start_ns)
