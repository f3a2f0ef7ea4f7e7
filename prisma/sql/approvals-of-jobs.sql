-- Who said yes, earliest first.
-- $1 uuid[] ids of jobs
-- Primary key of job_approvals.
select * from job_approvals where job_id = any ($1::uuid[]) order by job_id, at
