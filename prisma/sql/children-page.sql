-- A page of the children of one life, newest first.
-- $1 int boot, $2 int pid, $3 bigint start: the parent; $4 timestamptz, $5 int, $6 bigint: the key after which the page
-- begins (started_at, pid, start_ns), or null; $7 int limit
-- Index lives_by_parent.
select p.*, b.booted_at
from processes p
join boots b on b.id = p.boot
where p.parent_hash = life_hash($1::int, $2::int, $3::bigint)
  -- No child is older than its parent.
  and p.day >= (select day_of(first_booted_at, $3::bigint) from boots where id = $1::int)
  and p.boot = $1::int and p.parent_pid = $2::int and p.parent_start_ns = $3::bigint
  and ($4::timestamptz is null or p.started_s <= second_of($4::timestamptz))
  and ($4::timestamptz is null or (p.started_at, p.pid, p.start_ns) < ($4::timestamptz, $5::int, $6::bigint))
order by p.started_s desc, p.started_at desc, p.pid desc, p.start_ns desc
limit $7::int
