-- Deaths as far as an incident is about them, the end of a service or container told from that of one of its workers.
-- $1 int[] boots, $2 int[] pids, $3 bigint[] start times
-- Primary keys of deaths, processes and hosts.
select d.boot, d.pid, d.start_ns, d.host_id, h.name as host_name, h.labels as host_labels, d.died_at, d.signal, d.cause,
  d.actor_kind, d.summary, coalesce(d.summary_zh, d.summary) as summary_zh, d.evidence, p.unit, p.exe, p.comm,
  -- A main process was started from outside, or was left behind by what had been.
  (p.container_id is not null and m.container_id is distinct from p.container_id)
    or (p.unit like '%.service' and (m.pid is null or m.unit is distinct from p.unit or m.ended_at <= d.died_at)) is true
    as is_main
from unnest($1::int[], $2::int[], $3::bigint[]) as k(boot, pid, start_ns)
join deaths d using (boot, pid, start_ns)
join processes p using (boot, pid, start_ns)
join hosts h on h.id = d.host_id
left join processes m on m.boot = p.boot and m.pid = p.parent_pid and m.start_ns = p.parent_start_ns
where d.cause is not null
