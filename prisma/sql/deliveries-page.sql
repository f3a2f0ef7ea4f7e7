-- A page of the delivery log, newest first. A condition whose parameter is null does not apply.
-- $1 uuid receiver, $2 text[] states, $3 uuid incident, $4 timestamptz, $5 bigint, $6 uuid: the key after which
-- the page begins, $7 int limit
-- Indexes deliveries (created_at, position, id), (receiver_id, created_at, position, id), (incident_id, receiver_id).
select d.* from deliveries d
where ($1::uuid is null or d.receiver_id = $1::uuid)
  and ($2::text[] is null or d.state = any ($2::text[]))
  and ($3::uuid is null or d.incident_id = $3::uuid)
  and ($4::timestamptz is null or (d.created_at, d.position, d.id) < ($4::timestamptz, $5::bigint, $6::uuid))
order by d.created_at desc, d.position desc, d.id desc
limit $7::int
