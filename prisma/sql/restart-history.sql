-- Lives of the same thing as given dead ones (as in restart-candidates.sql, within the same service, container or pod) that had
-- begun when it died, and began or ended not long before: the latest, the dead one among them.
-- $1 int[] boots, $2 int[] pids, $3 bigint[] start times, $4 bigint[] times of death (boot-clock ns), $5 bigint how long
-- before, in ns, $6 int at most for each, in each way to find them
-- Returns boot, of_pid, of_start_ns: the dead; started_ns, ended_ns.
-- Indexes lives_by_host, deaths_by_host, lives_by_parent; key of lives. Clocks may be 300 s apart.
select k.boot, k.pid as of_pid, k.start_ns as of_start_ns, p.start_ns as started_ns, d.died_ns as ended_ns
from (
  select k.*, day_of(b.first_booted_at, k.start_ns) as day, b.host_id, b.first_booted_at
  from unnest($1::int[], $2::int[], $3::bigint[], $4::bigint[]) as k(boot, pid, start_ns, died_ns) join boots b on b.id = k.boot
  -- First, so that the day finds the partition.
  offset 0) k
join processes v on v.day = k.day and v.boot = k.boot and v.pid = k.pid and v.start_ns = k.start_ns
left join processes m on m.day = day_of(k.first_booted_at, v.parent_start_ns) and m.boot = v.boot and m.pid = v.parent_pid and m.start_ns = v.parent_start_ns
cross join lateral (
  select d.died_s, d.died_s - 300 - $5::bigint / 1000000000 as since_s
  from (select v.started_s + (k.died_ns - v.start_ns) / 1000000000 as died_s) d) w
cross join lateral (
  (select p.boot, p.pid, p.start_ns, p.day from processes p
   where p.host_id = k.host_id and p.started_s between w.since_s and w.died_s + 300
     and p.day between day_of(k.first_booted_at, k.died_ns - $5::bigint) and day_of(k.first_booted_at, k.died_ns)
     and p.boot = v.boot and p.command = v.command and p.exe = v.exe and p.args = v.args and p.start_ns <= k.died_ns
     and (p.container_id is not distinct from v.container_id or p.container_pod = v.container_pod)
     and (p.unit = v.unit or v.unit like '%.service' is not true)
   order by p.started_s desc, p.start_ns desc limit $6::int)
  union
  (select p.boot, p.pid, p.start_ns, p.day from processes p
   where p.host_id = k.host_id and p.ending > 0 and p.ended_s between w.since_s and w.died_s + 300
     and p.day between day_of(k.first_booted_at, 0) and day_of(k.first_booted_at, k.died_ns)
     and p.boot = v.boot and p.command = v.command and p.exe = v.exe and p.args = v.args and p.start_ns <= k.died_ns
     and (p.container_id is not distinct from v.container_id or p.container_pod = v.container_pod)
     and (p.unit = v.unit or v.unit like '%.service' is not true)
   order by p.started_s desc, p.start_ns desc limit $6::int)
  union
  -- A manager starts many other things: of those it is the latest 2,000 that are looked through.
  (select p.boot, p.pid, p.start_ns, p.day from (
     select * from processes p
     where v.unit like '%.service' and m.unit is distinct from v.unit
       and p.parent_hash = v.parent_hash and p.boot = v.boot and p.parent_pid = v.parent_pid and p.parent_start_ns = v.parent_start_ns
       and p.start_ns <= k.died_ns and p.day between day_of(k.first_booted_at, v.parent_start_ns) and day_of(k.first_booted_at, k.died_ns)
     order by p.started_s desc, p.start_ns desc limit 2000) p
   where p.unit = v.unit and p.exe = v.exe
   order by p.started_s desc, p.start_ns desc limit $6::int)
) p
left join deaths d on d.day = p.day and d.boot = p.boot and d.pid = p.pid and d.start_ns = p.start_ns
