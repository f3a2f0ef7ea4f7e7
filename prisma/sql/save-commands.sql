-- What changes of commands; the caller has locked their jobs (lock-jobs.sql).
-- $1 text JSON array; an envelope or report that is not there stays as it is
-- Primary key of job_commands.
update job_commands c set state = r.state, envelope = coalesce(r.envelope, c.envelope), signed_at = r.signed_at, sent_at = r.sent_at, sends = r.sends,
  accepted_at = r.accepted_at, ended_at = r.ended_at, report = coalesce(r.report, c.report), detail = r.detail, code = r.code
from jsonb_to_recordset($1::text::jsonb) as r(
  id uuid, state text, envelope text, signed_at timestamptz, sent_at timestamptz, sends int, accepted_at timestamptz,
  ended_at timestamptz, report jsonb, detail text, code text)
where c.id = r.id
