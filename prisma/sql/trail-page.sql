-- Rows of a chain of the trail, in order.
-- $1 int chain, $2 bigint after this number, $3 int limit
-- Primary key of job_events.
select * from job_events where chain = $1::int and number > $2::bigint order by number limit $3::int
