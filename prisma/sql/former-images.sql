-- Images that given lives had before.
-- $1 int[] boots, $2 int[] pids, $3 bigint[] start times
-- Primary key of former_images.
select f.*
from unnest($1::int[], $2::int[], $3::bigint[]) as k(boot, pid, start_ns)
join former_images f using (boot, pid, start_ns)
order by f.until_ns
