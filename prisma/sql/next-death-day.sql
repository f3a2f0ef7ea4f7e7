-- The first day (UTC) on or after an instant on which somebody died on a host.
-- $1 int host id, $2 timestamptz
-- Index deaths (host_id, died_at desc, …).
select date_trunc('day', min(d.died_at), 'UTC') as day from deaths d where d.host_id = $1::int and d.died_at >= $2::timestamptz
