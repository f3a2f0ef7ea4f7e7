-- Jobs with a signed command for one of these hosts that has not ended and is still valid.
-- $1 int[] host ids
-- Partial index job_commands_open.
select distinct c.job_id as id from job_commands c
where c.host_id = any ($1::int[]) and c.ended_at is null and c.state in ('SIGNED', 'SENT', 'RUNNING') and c.expires_at > now()
