-- Questions that wait for these hosts; from now on they count as sent.
-- $1 int[] host ids
-- Index audit_hosts_waiting; primary key of audits.
update audit_hosts h set sent_at = coalesce(h.sent_at, now())
from audits a
where h.host_id = any ($1::int[]) and h.state = 'WAITING'
  and a.id = h.audit_id and a.state = 'RUNNING' and a.expires_at > now()
returning h.host_id, a.id, a.checks, a.filter, a.long_lived_seconds, a.expires_at
