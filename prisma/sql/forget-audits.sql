-- Forgets audits that ended before a time and have no findings any more, with what their hosts answered.
-- $1 timestamptz before, $2 int limit
-- Returns how many, as `gone`.
-- Index audits_by_time (created_at, …): it began before it ended. Index audit_findings_by_audit (or _by_key); primary key.
with gone as (
  delete from audits where id in (
    select a.id from audits a
    where a.created_at < $1::timestamptz and a.ended_at < $1::timestamptz
      and not exists (select from audit_findings f where f.audit_id = a.id)
    order by a.created_at, a.id
    limit $2::int)
  returning 1
)
select count(*)::int as gone from gone
