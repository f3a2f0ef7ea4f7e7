-- The latest death of a pid on a host, at or before an instant.
-- $1 int host id, $2 int pid, $3 timestamptz or null
-- Index deaths (host_id, pid, died_at desc).
select d.*, b.booted_at
from deaths d join boots b on b.id = d.boot
where d.host_id = $1::int and d.pid = $2::int and d.died_at <= coalesce($3::timestamptz, 'infinity')
order by d.died_at desc, d.start_ns desc
limit 1
