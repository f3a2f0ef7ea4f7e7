-- Live processes of a unit that its service manager started: children of process 1. Newest first.
-- $1 int boot, $2 bigint start of process 1, $3 text unit, $4 int limit
-- Index processes_by_parent.
select p.boot, p.pid, p.start_ns, p.cgroup from processes p
where p.boot = $1::int and p.parent_pid = 1 and p.parent_start_ns = $2::bigint and p.unit = $3::text and p.ended_at is null
order by p.start_ns desc limit $4::int
