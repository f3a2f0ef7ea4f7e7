-- What waits for a receiver, in the order in which it became true.
-- $1 uuid receiver, $2 int limit
-- Partial index deliveries_pending.
select d.* from deliveries d
where d.receiver_id = $1::uuid and d.state = 'PENDING'
order by d.position, d.id
limit $2::int
