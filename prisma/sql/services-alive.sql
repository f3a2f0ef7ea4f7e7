-- Of given lives, those beside which others of the same unit or container lived at a later moment: their children, their parent, or
-- other children of that.
-- $1 int[] boots, $2 int[] pids, $3 bigint[] start times, $4 timestamptz[] moments
-- Returns boot, pid, start_ns. Key of lives in the partition of the day, index lives_by_parent.
select v.boot, v.pid, v.start_ns
from (
  select k.*, day_of(b.first_booted_at, k.start_ns) as day, b.first_booted_at
  from unnest($1::int[], $2::int[], $3::bigint[], $4::timestamptz[]) as k(boot, pid, start_ns, at) join boots b on b.id = k.boot
  -- First, so that the day finds the partition.
  offset 0) k
join processes v on v.day = k.day and v.boot = k.boot and v.pid = k.pid and v.start_ns = k.start_ns
where exists (
    select from processes p
    where p.day >= v.day and p.parent_hash = life_hash(v.boot, v.pid, v.start_ns) and p.boot = v.boot and p.parent_pid = v.pid and p.parent_start_ns = v.start_ns
      and (p.unit = v.unit or p.container_id = v.container_id)
      and p.started_at <= k.at and (p.ended_at is null or p.ended_at > k.at))
  or exists (
    select from processes p
    where p.day = day_of(k.first_booted_at, v.parent_start_ns) and p.boot = v.boot and p.pid = v.parent_pid and p.start_ns = v.parent_start_ns
      and (p.unit = v.unit or p.container_id = v.container_id)
      and p.started_at <= k.at and (p.ended_at is null or p.ended_at > k.at))
  or exists (
    select from processes p
    where p.day >= day_of(k.first_booted_at, v.parent_start_ns) and p.parent_hash = v.parent_hash and p.boot = v.boot and p.parent_pid = v.parent_pid and p.parent_start_ns = v.parent_start_ns
      and (p.unit = v.unit or p.container_id = v.container_id) and (p.pid, p.start_ns) <> (v.pid, v.start_ns)
      and p.started_at <= k.at and (p.ended_at is null or p.ended_at > k.at))
