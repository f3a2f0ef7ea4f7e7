-- Live processes of units that their service managers started: children of process 1. Newest first.
-- $1 int[] boots, $2 bigint[] starts of process 1, $3 text[] units, $4 int limit for each
-- Returns `item`, the number of the unit among those asked for, from 1. Index lives_by_parent.
select k.item::int, p.boot, p.pid, p.start_ns, p.cgroup
from unnest($1::int[], $2::bigint[], $3::text[]) with ordinality as k(boot, init_start_ns, unit, item)
cross join lateral (
  select p.boot, p.pid, p.start_ns, p.cgroup from processes p
  where p.parent_hash = life_hash(k.boot, 1, k.init_start_ns) and p.boot = k.boot and p.parent_pid = 1 and p.parent_start_ns = k.init_start_ns and p.unit = k.unit and p.ended_at is null
  order by p.started_s desc, p.start_ns desc limit $4::int) p
order by k.item, p.start_ns desc
