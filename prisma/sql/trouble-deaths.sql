-- Deaths as far as an incident is about them, the end of a service or container told from that of one of its workers.
-- $1 int[] boots, $2 int[] pids, $3 bigint[] start times
-- Keys of lives and verdicts in the partition of the day; primary key of hosts.
select d.boot, d.pid, d.start_ns, d.host_id, h.name as host_name, h.labels as host_labels, d.died_at, d.signal, d.cause,
  d.actor_kind, d.summary, coalesce(d.summary_zh, d.summary) as summary_zh, d.evidence, p.unit, p.exe, p.comm,
  -- A main process was started from outside, or was left behind by what had been.
  (p.container_id is not null and m.container_id is distinct from p.container_id)
    or (p.unit like '%.service' and (m.pid is null or m.unit is distinct from p.unit or m.ended_at <= d.died_at)) is true
    as is_main
from (
  select k.*, day_of(b.first_booted_at, k.start_ns) as day, b.first_booted_at
  from unnest($1::int[], $2::int[], $3::bigint[]) as k(boot, pid, start_ns) join boots b on b.id = k.boot
  -- First, so that the day finds the partition.
  offset 0) k
join deaths d on d.day = k.day and d.boot = k.boot and d.pid = k.pid and d.start_ns = k.start_ns
join processes p on p.day = k.day and p.boot = k.boot and p.pid = k.pid and p.start_ns = k.start_ns
join hosts h on h.id = d.host_id
left join processes m on m.day = day_of(k.first_booted_at, p.parent_start_ns) and m.boot = p.boot and m.pid = p.parent_pid and m.start_ns = p.parent_start_ns
where d.cause is not null
