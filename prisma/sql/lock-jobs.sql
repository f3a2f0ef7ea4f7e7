-- Jobs, locked until the transaction ends; in one order, so that nobody waits in a circle.
-- $1 uuid[] ids
-- Primary key of jobs.
select * from jobs where id = any ($1::uuid[]) order by id for update
