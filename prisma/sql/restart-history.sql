-- Lives of the same thing as given dead ones (as in restart-candidates.sql, within the same service, container or pod) that had
-- begun when it died: the latest, the dead one among them.
-- $1 int[] boots, $2 int[] pids, $3 bigint[] start times, $4 bigint[] times of death (boot-clock ns), $5 int at most for
-- each, either way
-- Returns boot, of_pid, of_start_ns: the dead; started_ns, ended_ns.
-- Indexes lives_by_command, lives_by_parent; key of lives.
select k.boot, k.pid as of_pid, k.start_ns as of_start_ns, p.start_ns as started_ns, d.died_ns as ended_ns
from (
  select k.*, day_of(b.first_booted_at, k.start_ns) as day, b.first_booted_at
  from unnest($1::int[], $2::int[], $3::bigint[], $4::bigint[]) as k(boot, pid, start_ns, died_ns) join boots b on b.id = k.boot
  -- First, so that the day finds the partition.
  offset 0) k
join processes v on v.day = k.day and v.boot = k.boot and v.pid = k.pid and v.start_ns = k.start_ns
left join processes m on m.day = day_of(k.first_booted_at, v.parent_start_ns) and m.boot = v.boot and m.pid = v.parent_pid and m.start_ns = v.parent_start_ns
cross join lateral (
  (select p.boot, p.pid, p.start_ns, p.day from processes p
   where p.command_hash = v.command_hash and p.boot = v.boot and p.exe = v.exe and p.args = v.args and p.start_ns <= k.died_ns
     and p.day between day_of(k.first_booted_at, 0) and day_of(k.first_booted_at, k.died_ns)
     and (p.container_id is not distinct from v.container_id or p.container_pod = v.container_pod)
     and (p.unit = v.unit or v.unit like '%.service' is not true)
   order by p.started_s desc, p.start_ns desc limit $5::int)
  union
  -- A manager starts many other things: of those it is the latest 2,000 that are looked through.
  (select p.boot, p.pid, p.start_ns, p.day from (
     select * from processes p
     where v.unit like '%.service' and m.unit is distinct from v.unit
       and p.parent_hash = v.parent_hash and p.boot = v.boot and p.parent_pid = v.parent_pid and p.parent_start_ns = v.parent_start_ns
       and p.start_ns <= k.died_ns and p.day between day_of(k.first_booted_at, v.parent_start_ns) and day_of(k.first_booted_at, k.died_ns)
     order by p.started_s desc, p.start_ns desc limit 2000) p
   where p.unit = v.unit and p.exe = v.exe
   order by p.started_s desc, p.start_ns desc limit $5::int)
) p
left join deaths d on d.day = p.day and d.boot = p.boot and d.pid = p.pid and d.start_ns = p.start_ns
