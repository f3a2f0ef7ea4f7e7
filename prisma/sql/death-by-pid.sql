-- The latest death of a pid on a host, at or before an instant.
-- $1 int host id, $2 int pid, $3 timestamptz or null
-- Key of lives, one range a boot and day since its zero: lives of one pid follow each other.
select d.*, b.booted_at
from boots b
cross join lateral (
  select * from deaths d
  where d.day >= day_of(b.first_booted_at, 0) and d.boot = b.id and d.pid = $2::int and d.ended_s <= second_of(coalesce($3::timestamptz, 'infinity'))
    and d.died_at <= coalesce($3::timestamptz, 'infinity')
  order by d.start_ns desc
  limit 1) d
where b.host_id = $1::int
order by d.died_at desc, d.start_ns desc
limit 1
