-- Jobs of the last hour: of the fleet, of a host, of a target; one for each host of a job. What was rejected, cancelled or expired
-- before anything was sent does not count.
-- $1 int[] host ids, $2 text[] their targets, $3 timestamptz[], $4 uuid[]: for each, only jobs before this one, or null
-- Returns a row for each, with its number from 1. Indexes jobs_by_time, job_commands (job_id), job by job: the hour is little of
-- what there is.
with counted as materialized (
  select c.host_id, c.target, j.created_at, j.id, j.ended_at is null as is_open, coalesce(c.sent_at, j.created_at) as at, c.ended_at
  from jobs j cross join lateral (select * from job_commands c where c.job_id = j.id offset 0) c
  where j.created_at > now() - interval '1 hour' and (j.state not in ('REJECTED', 'CANCELLED', 'EXPIRED') or c.sent_at is not null)
), asked as (
  select item::int, host_id, target, coalesce(before_at, 'infinity') as before_at, before_id
  from unnest($1::int[], $2::text[], $3::timestamptz[], $4::uuid[]) with ordinality as k(host_id, target, before_at, before_id, item)
), marked as (
  select created_at, id, 1 as is_job from counted
  union all select distinct before_at, before_id, 0 from asked
), fleet as (
  select created_at as before_at, id as before_id, is_job,
    (sum(is_job) over (order by created_at, id, is_job rows unbounded preceding))::int as jobs
  from marked
)
select a.item, f.jobs as fleet, count(c.id)::int as host, count(c.id) filter (where c.target = a.target)::int as target,
  (array_agg(c.id) filter (where c.target = a.target and c.is_open))[1] as open_job,
  extract(epoch from now() - max(coalesce(c.ended_at, c.at)) filter (where c.target = a.target))::float8 as last_seconds_ago
from asked a
join fleet f on f.is_job = 0 and f.before_at = a.before_at and f.before_id is not distinct from a.before_id
left join counted c on c.host_id = a.host_id and (c.created_at, c.id) < (a.before_at, a.before_id)
group by a.item, f.jobs
