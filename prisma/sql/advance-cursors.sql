-- Moves the cursor in the transaction that stores the events, and notes that the host was heard.
-- $1 int host id, $2 uuid epoch, $3 bigint highest number stored
with moved as (
  update ingest_cursors set committed = $3::bigint, updated_at = now() where host_id = $1::int and epoch = $2::uuid
)
update hosts set last_seen_at = now() where id = $1::int
