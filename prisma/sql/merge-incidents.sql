-- All that incidents count becomes what another counts. They have no host in common.
-- $1 uuid[] from, $2 uuid[] into
-- Index incident_members_by_incident; primary key of incident_hosts.
with merged as (
  select * from unnest($1::uuid[], $2::uuid[]) as m(from_id, into_id)
), moved as (
  update incident_members i set incident_id = merged.into_id from merged where i.incident_id = merged.from_id
)
update incident_hosts t set incident_id = merged.into_id from merged where t.incident_id = merged.from_id
