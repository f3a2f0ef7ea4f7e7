-- The latest lives of pids on hosts, one at most for each, with the kernel's ids of their boots.
-- $1 int[] host ids, $2 int[] pids
-- Index boots (host_id, booted_at, id), newest boot first; key of lives, one range a boot and day since its zero.
select p.*
from unnest($1::int[], $2::int[]) as k(host_id, pid)
cross join lateral (
  select p.*, b.booted_at, b.boot_id
  from boots b
  cross join lateral (
    select * from processes p
    where p.day >= day_of(b.first_booted_at, 0) and p.boot = b.id and p.pid = k.pid
    order by p.start_ns desc limit 1) p
  where b.host_id = k.host_id
  order by b.booted_at desc, b.id desc
  limit 1) p
