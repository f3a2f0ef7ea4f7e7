-- Partitions of history by day: those of today and of the days to come are made, those that are past the retention dropped. What
-- outlasts its day is kept: drop_days() of the migration says how.
-- $1 int today, $2 int the last day that there shall be a partition for, $3 int the first that is kept (days since 1970)
-- Returns made int, dropped int.
select make_days($1::int - 1, $2::int) as made, drop_days($3::int) as dropped
