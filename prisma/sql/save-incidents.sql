-- Incidents, new or changed; the caller has locked those that were there.
-- $1 text JSON array
-- Primary key.
insert into incidents as i (id, key, group_key, kind, state, severity, host_id, unit, exe, cause, labels, count, hosts, opened_at,
  updated_at, resolved_at, acknowledged_by, resolved_by, merged_into, latest_at, latest_ref, summary, summary_zh, evidence, loud,
  silence_id, told_at, untold)
select id, key, group_key, kind, state, severity, host_id, unit, exe, cause, labels, count, hosts, opened_at, updated_at,
  resolved_at, acknowledged_by, resolved_by, merged_into, latest_at, latest_ref, summary, summary_zh,
  array(select jsonb_array_elements_text(evidence)), loud, silence_id, told_at, untold
from jsonb_to_recordset($1::text::jsonb) as r(
  id uuid, key text, group_key text, kind text, state text, severity text, host_id int, unit text, exe text, cause text,
  labels jsonb, count int, hosts int, opened_at timestamptz, updated_at timestamptz, resolved_at timestamptz,
  acknowledged_by text, resolved_by text, merged_into uuid, latest_at timestamptz, latest_ref text, summary text,
  summary_zh text, evidence jsonb, loud boolean, silence_id uuid, told_at timestamptz, untold boolean)
on conflict (id) do update set state = excluded.state, severity = excluded.severity, labels = excluded.labels,
  count = excluded.count, hosts = excluded.hosts, updated_at = excluded.updated_at, resolved_at = excluded.resolved_at,
  acknowledged_by = excluded.acknowledged_by, resolved_by = excluded.resolved_by, merged_into = excluded.merged_into,
  latest_at = excluded.latest_at, latest_ref = excluded.latest_ref, summary = excluded.summary,
  summary_zh = excluded.summary_zh, evidence = excluded.evidence, loud = excluded.loud, silence_id = excluded.silence_id,
  told_at = excluded.told_at, untold = excluded.untold
