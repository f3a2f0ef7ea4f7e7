-- Audits that all hosts have answered, and those whose time is over, end; their hosts that have not answered are told apart.
-- $1 uuid[]: only these; null: all that run
-- Primary keys of audits and audit_hosts. Few audits run at a time.
with ended as (
  update audits a set updated_at = now(), ended_at = now(),
    state = case when exists (select from audit_hosts h where h.audit_id = a.id and h.state = 'WAITING') then 'EXPIRED' else 'COMPLETED' end
  where a.state = 'RUNNING' and ($1::uuid[] is null or a.id = any ($1::uuid[]))
    and (a.expires_at <= now() or not exists (select from audit_hosts h where h.audit_id = a.id and h.state = 'WAITING'))
  returning a.id
), silent as (
  update audit_hosts h set state = 'UNANSWERED' from ended e where h.audit_id = e.id and h.state = 'WAITING'
)
select id from ended
