-- Deaths of given lives.
-- $1 int[] boots, $2 int[] pids, $3 bigint[] start times
select d.*, b.booted_at
from unnest($1::int[], $2::int[], $3::bigint[]) as k(boot, pid, start_ns)
join deaths d using (boot, pid, start_ns)
join boots b on b.id = d.boot
