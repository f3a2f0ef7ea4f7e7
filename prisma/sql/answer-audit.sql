-- A host has answered: the first answer counts, while the audit runs.
-- $1 uuid audit, $2 int host id, $3 text state, $4 int boot, $5 int processes, $6 int milliseconds, $7 text code, $8 text detail,
-- $9 text JSON of what was cut, $10 text JSON of what was skipped
-- Primary key of audits; of audit_hosts too, or index audit_hosts_waiting.
update audit_hosts h set state = $3::text, answered_at = now(), boot = $4::int, processes = $5::int, duration_ms = $6::int,
  code = $7::text, detail = $8::text, cut = $9::text::jsonb, skipped = $10::text::jsonb
from audits a
where h.audit_id = $1::uuid and h.host_id = $2::int and h.state = 'WAITING' and a.id = h.audit_id and a.state = 'RUNNING'
returning h.host_id
