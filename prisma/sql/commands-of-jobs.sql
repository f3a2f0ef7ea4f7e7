-- What jobs ask of hosts.
-- $1 uuid[] ids of jobs
-- Index job_commands (job_id).
select c.*, h.machine_id from job_commands c join hosts h on h.id = c.host_id where c.job_id = any ($1::uuid[]) order by c.job_id, c.wave, c.id
