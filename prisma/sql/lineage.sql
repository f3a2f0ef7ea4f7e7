-- Given lives and all their ancestors, each once, and when they died. `union` ends a cycle, should an agent ever report one.
-- $1 int[] boots, $2 int[] pids, $3 bigint[] start times
-- Primary keys of processes and deaths.
with recursive line as (
  select p.* from unnest($1::int[], $2::int[], $3::bigint[]) as k(boot, pid, start_ns) join processes p using (boot, pid, start_ns)
  union
  select p.* from line c
  join processes p on p.boot = c.boot and p.pid = c.parent_pid and p.start_ns = c.parent_start_ns
)
select l.*, b.booted_at, d.died_ns from line l join boots b on b.id = l.boot left join deaths d using (boot, pid, start_ns)
