-- What changes of jobs; the caller has locked them (lock-jobs.sql).
-- $1 text JSON array
-- Primary key of jobs.
update jobs j set state = r.state, detail = r.detail, code = r.code, ended_at = r.ended_at, updated_at = r.updated_at
from jsonb_to_recordset($1::text::jsonb) as r(
  id uuid, state text, detail text, code text, ended_at timestamptz, updated_at timestamptz)
where j.id = r.id
