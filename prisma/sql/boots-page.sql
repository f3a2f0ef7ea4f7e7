-- A page of the boots of one host, newest first, each with the boot that followed it.
-- $1 int host id; $2 timestamptz, $3 int: the key after which the page begins (booted_at, id), or null; $4 int limit
-- Index boots (host_id, booted_at, id).
select b.*, b.booted_at + b.seen_ns / 1000 * interval '1 microsecond' as seen_at,
  (select min(n.booted_at) from boots n where n.host_id = b.host_id and n.booted_at > b.booted_at) as next_booted_at
from boots b
where b.host_id = $1::int and ($2::timestamptz is null or (b.booted_at, b.id) < ($2::timestamptz, $3::int))
order by b.booted_at desc, b.id desc
limit $4::int
