-- A page of lives, newest first. A condition whose parameter is null does not apply.
-- $1 int host id, $2 int pid, $3 text exe (whole path, or last component), $4 text within command line or comm,
-- $5 text user name, $6 timestamptz started since, $7 timestamptz started until, $8 boolean alive,
-- $9 timestamptz, $10 int, $11 int, $12 bigint: the key after which the page begins, $13 int limit
-- Indexes lives_by_time, lives_by_host: by the second, the order within one is sorted.
select p.*, b.booted_at
from processes p
join boots b on b.id = p.boot
where ($1::int is null or p.host_id = $1::int)
  and ($2::int is null or p.pid = $2::int)
  and ($1::int is null or $2::int is null or p.boot = any (array(select id from boots where host_id = $1::int)))
  and ($3::text is null or p.exe = $3::text or (strpos($3::text, '/') = 0 and split_part(p.exe, '/', -1) = $3::text))
  and ($4::text is null or strpos(array_to_string(p.args, ' '), $4::text) > 0 or strpos(p.comm, $4::text) > 0)
  and ($5::text is null or p.user_name = $5::text)
  and ($6::timestamptz is null or p.started_s >= second_of($6::timestamptz))
  and ($6::timestamptz is null or p.started_at >= $6::timestamptz)
  and ($7::timestamptz is null or p.started_s <= second_of($7::timestamptz))
  and ($7::timestamptz is null or p.started_at < $7::timestamptz)
  and ($8::boolean is null or (p.ended_at is null) = $8::boolean)
  and ($9::timestamptz is null or p.started_s <= second_of($9::timestamptz))
  and ($9::timestamptz is null or (p.started_at, p.boot, p.pid, p.start_ns) < ($9::timestamptz, $10::int, $11::int, $12::bigint))
order by p.started_s desc, p.started_at desc, p.boot desc, p.pid desc, p.start_ns desc
limit $13::int
