-- A page of the throttles of one host, newest first.
-- $1 int host id; $2 timestamptz, $3 bigint: the key after which the page begins (since, id), or null; $4 int limit
-- Index throttles (host_id, since, id).
select t.*
from throttles t
where t.host_id = $1::int and ($2::timestamptz is null or (t.since, t.id) < ($2::timestamptz, $3::bigint))
order by t.since desc, t.id desc
limit $4::int
