-- Forgets what is counted of a host's day, before it is counted anew. Its verdicts name cells that are no more: they are in none then.
-- $1 int host id, $2 timestamptz since, $3 timestamptz until: whole hours
-- Index death_counts_cell.
delete from death_counts
where host_id = $1::int and hour >= extract(epoch from $2::timestamptz)::int / 3600 and hour < extract(epoch from $3::timestamptz)::int / 3600
