-- Given lives and all their ancestors, each once, and when they died. `union` ends a cycle, should an agent ever report one.
-- $1 int[] boots, $2 int[] pids, $3 bigint[] start times
-- Key of lives in the partition of the day.
with recursive line as (
  select l.boot, l.pid, l.start_ns, l.parent_pid, l.parent_start_ns, l.day, l.ending, l.mark_ns, k.booted_at, k.first_booted_at
  from (
    select k.*, b.booted_at, b.first_booted_at, day_of(b.first_booted_at, k.start_ns) as day
    from unnest($1::int[], $2::int[], $3::bigint[]) as k(boot, pid, start_ns) join boots b on b.id = k.boot
    -- First, so that the day finds the partition.
    offset 0) k
  join lives l on l.day = k.day and l.boot = k.boot and l.pid = k.pid and l.start_ns = k.start_ns
  union
  select l.boot, l.pid, l.start_ns, l.parent_pid, l.parent_start_ns, l.day, l.ending, l.mark_ns, c.booted_at, c.first_booted_at
  from line c
  join lives l on l.day = day_of(c.first_booted_at, c.parent_start_ns) and l.boot = c.boot and l.pid = c.parent_pid
    and l.start_ns = c.parent_start_ns
)
select p.*, l.booted_at, case when l.ending > 0 then l.mark_ns end as died_ns
from line l
join processes p on p.day = l.day and p.boot = l.boot and p.pid = l.pid and p.start_ns = l.start_ns
