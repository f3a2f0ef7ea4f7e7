-- Jobs past their deadline, and those with a command of which nothing was heard for too long. Oldest first.
-- $1 interval after its expiry that a sent command may stay without a report, $2 the same of one that runs, $3 int limit
-- Partial index jobs_open.
select j.id from jobs j
where j.ended_at is null and (
  (j.state in ('PENDING_APPROVAL', 'QUEUED') and j.deadline <= now())
  or exists (
    select from job_commands c
    where c.job_id = j.id and c.ended_at is null and (
      (c.state in ('WAITING', 'SIGNED') and c.expires_at <= now())
      or (c.state = 'SENT' and c.expires_at <= now() - $1::interval)
      or (c.state = 'RUNNING' and c.expires_at <= now() - $2::interval))))
order by j.created_at, j.id
limit $3::int
