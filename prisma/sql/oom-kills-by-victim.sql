-- Whether the kernel's OOM killer chose given lives.
-- $1 int[] boots, $2 int[] pids, $3 bigint[] start times
-- Primary key of oom_kills.
select o.boot, o.victim_pid, o.victim_start_ns, o.at_ns
from unnest($1::int[], $2::int[], $3::bigint[]) as k(boot, pid, start_ns)
join oom_kills o on o.boot = k.boot and o.victim_pid = k.pid and o.victim_start_ns = k.start_ns
order by o.at_ns
