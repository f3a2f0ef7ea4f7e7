-- Episodes as far as an incident is about them, with their host, process and, of a zombie, who should wait for it.
-- $1 int[] boots, $2 int[] pids, $3 bigint[] start times, $4 text[] states, $5 bigint[] beginnings
-- Primary keys of episodes, processes and hosts.
select e.boot, e.pid, e.start_ns, e.state, e.since_ns, e.host_id, h.name as host_name, h.labels as host_labels, e.started_at,
  e.ended_at, e.wait_channel, p.unit, p.exe, p.comm, m.pid as parent_pid, m.unit as parent_unit, m.exe as parent_exe,
  m.comm as parent_comm
from unnest($1::int[], $2::int[], $3::bigint[], $4::text[], $5::bigint[]) as k(boot, pid, start_ns, state, since_ns)
join episodes e using (boot, pid, start_ns, state, since_ns)
join processes p using (boot, pid, start_ns)
join hosts h on h.id = e.host_id
left join processes m on m.boot = e.boot and m.pid = e.parent_pid and m.start_ns = e.parent_start_ns
