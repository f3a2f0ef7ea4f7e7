-- How often a policy acted in the last hour: once for each host of a job. What was rejected, cancelled or expired before anything was
-- sent does not count.
-- $1 text requester, $2 timestamptz, $3 uuid: only jobs before this one, or null
-- Indexes jobs_by_time, job_commands (job_id).
select count(*)::int as jobs
from jobs j cross join lateral (select * from job_commands c where c.job_id = j.id offset 0) c
where j.created_at > now() - interval '1 hour' and j.requested_by = $1::text
  and (j.state not in ('REJECTED', 'CANCELLED', 'EXPIRED') or c.sent_at is not null)
  and ($2::timestamptz is null or (j.created_at, j.id) < ($2::timestamptz, $3::uuid))
