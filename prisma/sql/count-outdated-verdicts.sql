-- How many verdicts are of an older engine, counted as far as wanted.
-- $1 smallint the present engine, $2 int at most
-- Returns outdated int. Index verdicts_by_engine.
select count(*)::int as outdated from (select from verdicts where engine < $1::smallint limit $2::int) d
