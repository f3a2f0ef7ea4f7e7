-- What incidents have of given hosts.
-- $1 uuid[] incidents, $2 int[] hosts
-- Primary key.
select t.incident_id, t.host_id, t.count
from incident_hosts t
where t.incident_id = any ($1::uuid[]) and t.host_id = any ($2::int[])
