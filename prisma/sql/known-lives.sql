-- Which of given lives are stored. Whoever holds the lock of their hosts (lock-cursors.sql) knows that no other adds them.
-- $1 int[] boots, $2 int[] pids, $3 bigint[] start times, $4 smallint[] days
-- Returns n int, the number of a life among those asked for, from 1. The key of the day's partition.
select k.n::int
from unnest($1::int[], $2::int[], $3::bigint[], $4::smallint[]) with ordinality as k(boot, pid, start_ns, day, n)
where exists (select from lives l where l.day = k.day and l.boot = k.boot and l.pid = k.pid and l.start_ns = k.start_ns)
