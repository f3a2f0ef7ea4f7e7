-- Receivers for which something is to be sent now, and that nobody sends to.
-- $1 timestamptz now
-- Few receivers; partial indexes deliveries_pending and deliveries_repeated for each.
select r.id from receivers r
where r.enabled and (r.held_until is null or r.held_until <= $1::timestamptz)
  and (r.lease_until is null or r.lease_until <= $1::timestamptz)
  and (exists (select from deliveries d where d.receiver_id = r.id and d.state = 'PENDING' and d.next_at <= $1::timestamptz)
    or exists (select from deliveries d where d.receiver_id = r.id and d.repeat_at <= $1::timestamptz))
