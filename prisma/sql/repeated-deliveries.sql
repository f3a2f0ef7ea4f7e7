-- What is to be told a receiver again.
-- $1 uuid receiver, $2 timestamptz now, $3 int limit
-- Partial index deliveries_repeated.
select d.* from deliveries d
where d.receiver_id = $1::uuid and d.repeat_at <= $2::timestamptz
order by d.repeat_at, d.id
limit $3::int
