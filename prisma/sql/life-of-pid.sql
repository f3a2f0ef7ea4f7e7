-- The latest life of a pid on a host that had begun by an instant.
-- $1 int host id, $2 int pid, $3 timestamptz or null
-- Key of lives, one range a boot and day since its zero, newest boot first.
select p.*, b.booted_at
from boots b
cross join lateral (
  select * from processes p
  where p.day >= day_of(b.first_booted_at, 0) and p.boot = b.id and p.pid = $2::int and p.started_at <= coalesce($3::timestamptz, 'infinity')
  order by p.start_ns desc limit 1) p
where b.host_id = $1::int
order by b.id desc
limit 1
