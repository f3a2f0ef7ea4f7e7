-- Jobs of the last hour: of the fleet, of a host, of a target; one for each host of a job. What was rejected, cancelled or expired
-- before anything was sent does not count.
-- $1 int[] host ids, $2 text[] their targets, $3 timestamptz, $4 uuid: only jobs before this one, or null
-- Returns a row for each host. Indexes jobs_by_time, job_commands (job_id), job by job: the hour is little of what there is.
with counted as (
  select c.host_id, c.target, j.id, j.ended_at is null as is_open, coalesce(c.sent_at, j.created_at) as at, c.ended_at
  from jobs j cross join lateral (select * from job_commands c where c.job_id = j.id offset 0) c
  where j.created_at > now() - interval '1 hour' and (j.state not in ('REJECTED', 'CANCELLED', 'EXPIRED') or c.sent_at is not null)
    and ($3::timestamptz is null or (j.created_at, j.id) < ($3::timestamptz, $4::uuid))
)
select k.host_id,
  (select count(*)::int from counted) as fleet,
  (select count(*)::int from counted c where c.host_id = k.host_id) as host,
  (select count(*)::int from counted c where c.host_id = k.host_id and c.target = k.target) as target,
  (select c.id from counted c where c.host_id = k.host_id and c.target = k.target and c.is_open limit 1) as open_job,
  (select extract(epoch from now() - max(coalesce(c.ended_at, c.at)))::float8 from counted c
    where c.host_id = k.host_id and c.target = k.target) as last_seconds_ago
from unnest($1::int[], $2::text[]) as k(host_id, target)
