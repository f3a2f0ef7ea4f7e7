-- A page of the notices of an incident, newest first.
-- $1 uuid incident, $2 bigint position before which the page begins, $3 int limit
-- Index notices_by_incident.
select n.id, n.position, n.at, n.change, n.by, n.body from notices n
where n.incident_id = $1::uuid and ($2::bigint is null or n.position < $2::bigint)
order by n.position desc
limit $3::int
