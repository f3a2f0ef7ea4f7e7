-- Approvals of plans.
-- $1 text JSON array; bytes as hexadecimal digits
-- Primary key of job_approvals.
insert into job_approvals (job_id, approved_by, role, plan_digest, at, seal)
select job_id, approved_by, role, decode(plan_digest, 'hex'), at, decode(seal, 'hex')
from jsonb_to_recordset($1::text::jsonb) as r(
  job_id uuid, approved_by text, role text, plan_digest text, at timestamptz, seal text)
