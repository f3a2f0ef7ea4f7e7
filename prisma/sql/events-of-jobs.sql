-- The trail of jobs, in order.
-- $1 uuid[] ids of jobs, $2 int at most for each
-- Index job_events (job_id, at).
select e.* from unnest($1::uuid[]) as k(id)
cross join lateral (select * from job_events where job_id = k.id order by at, number limit $2::int) e
order by e.job_id, e.number
