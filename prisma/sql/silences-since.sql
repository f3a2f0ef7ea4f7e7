-- Silences that were on after an instant: what may cover troubles told since.
-- $1 timestamptz, $2 int how many at most
-- Index silences_by_end.
select s.* from silences s where s.ends_at > $1::timestamptz order by s.ends_at limit $2::int
