-- A page of an audit's findings in the order in which they came. A condition whose parameter is null does not apply.
-- $1 uuid audit, $2 text[] checks, $3 text[] severities, $4 int host id, $5 bigint id after which the page begins,
-- $6 uuid another run to compare with, $7 boolean: those that the other run has (true) or has not (false);
-- $8 text[] checks that are the server's: of the others only hosts count that answered in both runs, $9 int limit
-- Index audit_findings_by_audit; the other run's by audit_findings_by_key.
select f.* from audit_findings f
where f.audit_id = $1::uuid
  and ($2::text[] is null or f.check = any ($2::text[]))
  and ($3::text[] is null or f.severity = any ($3::text[]))
  and ($4::int is null or f.host_id = $4::int)
  and ($5::bigint is null or f.id > $5::bigint)
  and ($6::uuid is null or (
    $7::boolean = exists (
      select from audit_findings o
      where o.audit_id = $6::uuid and o.host_id = f.host_id and o.check = f.check and o.key = f.key
      offset 0)
    and exists (
      select from audit_hosts h
      where h.audit_id = $6::uuid and h.host_id = f.host_id and (h.state = 'ANSWERED' or f.check = any ($8::text[]))
      offset 0)))
order by f.id
limit $9::int
