-- Turns of policies whose jobs the guards refused before anything was sent: they are looked at again, and the occurrence may have
-- another job. The caller has locked the jobs (lock-jobs.sql) and ended them.
-- $1 uuid[] ids of jobs, $2 interval until then
-- Primary keys of jobs and policy_turns.
with refused as (
  select id, substr(requested_by, length('policy:') + 1) as policy, idempotency_key as occurrence, code, detail
  from jobs where id = any ($1::uuid[]) and requested_by like 'policy:%'
), freed as (
  update jobs j set idempotency_key = null from refused r where j.id = r.id
)
update policy_turns t set due_at = now() + $2::interval, outcome = null, job_id = null, code = r.code, detail = r.detail
from refused r
where t.policy = r.policy and t.occurrence = r.occurrence and t.job_id = r.id
