-- A page of what an incident counts, of one kind, newest first.
-- $1 uuid incident, $2 text kind, $3 int host id or null, $4 timestamptz, $5 text: the key after which the page begins, $6 int limit
-- Index incident_members_by_incident.
select m.ref, m.at from incident_members m
where m.incident_id = $1::uuid and m.kind = $2::text
  and ($3::int is null or m.host_id = $3::int)
  and ($4::timestamptz is null or (m.at, m.ref) < ($4::timestamptz, $5::text))
order by m.at desc, m.ref desc
limit $6::int
