-- Partitions of history by day, made ahead: make_days() of the migration.
-- $1 int the first day, $2 int the last (days since 1970)
-- Returns made int.
select make_days($1::int, $2::int) as made
