-- Takes the cursor of one epoch for this transaction, so that two deliveries of one epoch queue up behind each other.
-- $1 int host id, $2 uuid epoch
-- Returns committed bigint. Primary key.
insert into ingest_cursors as c (host_id, epoch, committed) values ($1::int, $2::uuid, 0)
on conflict (host_id, epoch) do update set updated_at = c.updated_at
returning committed
