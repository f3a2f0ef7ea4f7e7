-- What has changed from one run to another: findings that only this one has, that only the other has, and that both have. Of what
-- agents look for, only hosts count that answered in both runs.
-- $1 uuid this run, $2 uuid the other, $3 text[] checks that are the server's
-- Index audit_findings_by_key and primary key of audit_hosts.
with hosts_of_both as (
  select h.host_id, h.state = 'ANSWERED' and o.state = 'ANSWERED' as answered
  from audit_hosts h join audit_hosts o on o.audit_id = $2::uuid and o.host_id = h.host_id
  where h.audit_id = $1::uuid
), keys as (
  select f.audit_id, f.host_id, f.check, f.key, count(*) as many
  from audit_findings f join hosts_of_both b on b.host_id = f.host_id
  where f.audit_id in ($1::uuid, $2::uuid) and (b.answered or f.check = any ($3::text[]))
  group by 1, 2, 3, 4
), sides as (
  select coalesce(sum(many) filter (where audit_id = $1::uuid), 0) as here,
    coalesce(sum(many) filter (where audit_id = $2::uuid), 0) as there
  from keys group by host_id, "check", key
)
select coalesce(sum(here) filter (where there = 0), 0)::int as new_count,
  coalesce(sum(there) filter (where here = 0), 0)::int as gone_count,
  coalesce(sum(here) filter (where there > 0), 0)::int as still_count
from sides
