-- A page of the losses of one host, newest first.
-- $1 int host id; $2 timestamptz, $3 bigint: the key after which the page begins (since, id), or null; $4 int limit
-- Index losses (host_id, since, id).
select l.*
from losses l
where l.host_id = $1::int and ($2::timestamptz is null or (l.since, l.id) < ($2::timestamptz, $3::bigint))
order by l.since desc, l.id desc
limit $4::int
