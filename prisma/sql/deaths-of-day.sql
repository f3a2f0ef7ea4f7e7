-- Decided deaths of a host from an instant on, oldest first: to be counted anew.
-- $1 int host id, $2 timestamptz since, $3 timestamptz until, $4 timestamptz, $5 int, $6 int, $7 bigint: the key after which the page begins,
-- $8 int limit
-- Index deaths (host_id, died_at desc, …).
select d.died_at, d.boot, d.pid, d.start_ns from deaths d
where d.host_id = $1::int and d.died_at >= $2::timestamptz and d.died_at < $3::timestamptz and d.engine is not null
  and ($4::timestamptz is null or (d.died_at, d.boot, d.pid, d.start_ns) > ($4::timestamptz, $5::int, $6::int, $7::bigint))
order by d.died_at, d.boot, d.pid, d.start_ns
limit $8::int
