-- Forgets what is counted of a host's day, before it is counted anew.
-- $1 int host id, $2 timestamptz since, $3 timestamptz until: whole hours
-- Index deaths (host_id, died_at desc, …); primary key of counted_deaths; index death_counts_cell.
with forgotten as (
  delete from counted_deaths m using deaths d
  where d.host_id = $1::int and d.died_at >= $2::timestamptz and d.died_at < $3::timestamptz
    and (m.boot, m.pid, m.start_ns) = (d.boot, d.pid, d.start_ns)
)
delete from death_counts
where host_id = $1::int and hour >= extract(epoch from $2::timestamptz)::int / 3600 and hour < extract(epoch from $3::timestamptz)::int / 3600
