-- Open zombies of parents, oldest first.
-- $1 int[] boots, $2 int[] pids, $3 bigint[] starts of the parents, $4 int limit for each
-- Partial index episodes_open; key of lives in the partition of the day.
select z.*
from unnest($1::int[], $2::int[], $3::bigint[]) as k(boot, pid, start_ns)
join boots b on b.id = k.boot
cross join lateral (
  select e.boot, e.parent_pid, e.parent_start_ns, e.pid, e.start_ns, p.comm, p.cgroup
  from episodes e
  join processes p on p.day = day_of(b.first_booted_at, e.start_ns) and p.boot = e.boot and p.pid = e.pid and p.start_ns = e.start_ns
  where e.ended_at is null and e.state = 'zombie' and e.boot = k.boot and e.parent_pid = k.pid and e.parent_start_ns = k.start_ns
  order by e.started_at, e.pid
  limit $4::int) z
