-- Jobs that may have something to sign: a command of an open job that is approved waits. Oldest first.
-- $1 int limit
-- Partial index jobs_open.
select j.id from jobs j
where j.ended_at is null and j.state in ('QUEUED', 'SENT', 'RUNNING') and j.deadline > now()
  and exists (select from job_commands c where c.job_id = j.id and c.state = 'WAITING')
  -- A wave waits for the one before: then there is nothing to sign now.
  and not exists (select from job_commands c where c.job_id = j.id and c.state in ('SIGNED', 'SENT', 'RUNNING'))
order by j.created_at, j.id
limit $1::int
