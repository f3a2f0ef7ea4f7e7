-- What an agent, or the server itself, has found.
-- $1 text JSON array
-- No index.
insert into audit_findings (audit_id, host_id, "check", severity, key, subject, facts)
select audit_id, host_id, "check", severity, key, subject, facts
from jsonb_to_recordset($1::text::jsonb) as r(
  audit_id uuid, host_id int, "check" text, severity text, key text, subject jsonb, facts jsonb)
