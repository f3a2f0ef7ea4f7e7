-- Lives that may have taken the place of given dead ones: begun soon after on that boot, with the same executable and arguments,
-- or as another child of whoever started it from outside its unit, in that unit and with the same executable. Earliest first.
-- $1 int[] boots, $2 int[] pids, $3 bigint[] start times, $4 bigint[] times of death (boot-clock ns), $5 bigint how long
-- after, in ns, $6 int at most for each, either way
-- Returns of_pid, of_start_ns: the dead; and the columns of processes-by-key.sql.
-- Indexes lives_by_host, lives_by_parent, as far around the time as clocks may be apart.
select k.pid as of_pid, k.start_ns as of_start_ns, p.*, k.booted_at
from (
  select k.*, day_of(b.first_booted_at, k.start_ns) as day, b.host_id, b.booted_at, b.first_booted_at
  from unnest($1::int[], $2::int[], $3::bigint[], $4::bigint[]) as k(boot, pid, start_ns, died_ns) join boots b on b.id = k.boot
  -- First, so that the day finds the partition.
  offset 0) k
join processes v on v.day = k.day and v.boot = k.boot and v.pid = k.pid and v.start_ns = k.start_ns
left join processes m on m.day = day_of(k.first_booted_at, v.parent_start_ns) and m.boot = v.boot and m.pid = v.parent_pid and m.start_ns = v.parent_start_ns
cross join lateral (select v.started_s + (k.died_ns - v.start_ns) / 1000000000 as died_s) w
cross join lateral (
  (select * from processes p
   where p.host_id = k.host_id and p.boot = v.boot and p.command = v.command and p.exe = v.exe and p.args = v.args
     and p.started_s between w.died_s - 300 and w.died_s + 300 + $5::bigint / 1000000000
     and p.day between day_of(k.first_booted_at, k.died_ns) and day_of(k.first_booted_at, k.died_ns + $5::bigint)
     and p.start_ns > k.died_ns and p.start_ns <= k.died_ns + $5::bigint
   order by p.started_s, p.start_ns limit $6::int)
  union
  (select * from processes p
   where v.unit like '%.service' and m.unit is distinct from v.unit
     and p.parent_hash = v.parent_hash and p.boot = v.boot and p.parent_pid = v.parent_pid and p.parent_start_ns = v.parent_start_ns
     and p.started_s between w.died_s - 300 and w.died_s + 300 + $5::bigint / 1000000000
     and p.day between day_of(k.first_booted_at, k.died_ns) and day_of(k.first_booted_at, k.died_ns + $5::bigint)
     and p.start_ns > k.died_ns and p.start_ns <= k.died_ns + $5::bigint and p.unit = v.unit and p.exe = v.exe
   order by p.started_s, p.start_ns limit $6::int)
) p
order by p.start_ns, p.pid
