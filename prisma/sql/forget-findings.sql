-- Forgets findings of audits that ended before a time.
-- $1 timestamptz before, $2 int limit
-- Returns how many, as `gone`.
-- Index audits_by_time (created_at, …): it began before it ended. Index audit_findings_by_audit (or _by_key); primary key.
with gone as (
  delete from audit_findings where id in (
    select f.id from audits a
    cross join lateral (select t.id from audit_findings t where t.audit_id = a.id limit $2::int) f
    where a.created_at < $1::timestamptz and a.ended_at < $1::timestamptz
    limit $2::int)
  returning 1
)
select count(*)::int as gone from gone
