-- Episodes as far as an incident is about them, with their host, process and, of a zombie, who should wait for it.
-- $1 int[] boots, $2 int[] pids, $3 bigint[] start times, $4 text[] states, $5 bigint[] beginnings
-- Key of lives in the partition of the day; primary keys of episodes and hosts.
select e.boot, e.pid, e.start_ns, e.state, e.since_ns, e.host_id, h.name as host_name, h.labels as host_labels, e.started_at,
  e.ended_at, e.wait_channel, p.unit, p.exe, p.comm, m.pid as parent_pid, m.unit as parent_unit, m.exe as parent_exe,
  m.comm as parent_comm
from (
  select k.*, day_of(b.first_booted_at, k.start_ns) as day, b.first_booted_at
  from unnest($1::int[], $2::int[], $3::bigint[], $4::text[], $5::bigint[]) as k(boot, pid, start_ns, state, since_ns) join boots b on b.id = k.boot
  -- First, so that the day finds the partition.
  offset 0) k
join episodes e on e.boot = k.boot and e.pid = k.pid and e.start_ns = k.start_ns and e.state = k.state and e.since_ns = k.since_ns
join processes p on p.day = k.day and p.boot = k.boot and p.pid = k.pid and p.start_ns = k.start_ns
join hosts h on h.id = e.host_id
left join processes m on m.day = day_of(k.first_booted_at, e.parent_start_ns) and m.boot = e.boot and m.pid = e.parent_pid and m.start_ns = e.parent_start_ns
