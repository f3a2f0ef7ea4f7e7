-- Open zombies of a parent, oldest first.
-- $1 int boot, $2 int pid, $3 bigint start of the parent, $4 int limit
-- Partial index episodes_open; primary key of processes.
select e.pid, e.start_ns, p.comm, p.cgroup
from episodes e
join processes p using (boot, pid, start_ns)
where e.ended_at is null and e.state = 'zombie' and e.boot = $1::int and e.parent_pid = $2::int and e.parent_start_ns = $3::bigint
order by e.started_at, e.pid
limit $4::int
