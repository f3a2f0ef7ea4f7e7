-- The oldest day of history past the retention is dropped, but what outlasts it: drop_day() of the migration says how.
-- $1 int the first day that is kept (days since 1970)
-- Returns dropped boolean: there may be more.
select drop_day($1::int) as dropped
