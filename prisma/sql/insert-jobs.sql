-- New jobs, but for those whose requester has used the key before. Returns the ids of what was stored.
-- $1 text JSON array; bytes as hexadecimal digits
-- Unique index jobs (requested_by, idempotency_key).
insert into jobs (id, created_at, updated_at, deadline, action, state, reason, requested_by, requester_role, plan, plan_digest, seal,
  approvals_needed, idempotency_key, request_digest, detail)
select id, created_at, created_at, deadline, action, state, reason, requested_by, requester_role, plan, decode(plan_digest, 'hex'),
  decode(seal, 'hex'), approvals_needed, idempotency_key, decode(request_digest, 'hex'), detail
from jsonb_to_recordset($1::text::jsonb) as r(
  id uuid, created_at timestamptz, deadline timestamptz, action text, state text, reason text, requested_by text,
  requester_role text, plan text, plan_digest text, seal text, approvals_needed smallint, idempotency_key text,
  request_digest text, detail text)
on conflict (requested_by, idempotency_key) do nothing
returning id
