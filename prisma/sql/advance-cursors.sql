-- Moves cursors in the transaction that stores the events, and notes that the hosts were heard.
-- $1 text JSON array: host_id, epoch, committed (the highest number stored). Primary keys; the hosts are locked.
with stored as (
  select * from jsonb_to_recordset($1::text::jsonb) as s(host_id int, epoch uuid, committed bigint)
), moved as (
  update ingest_cursors c set committed = s.committed, updated_at = now()
  from stored s where c.host_id = s.host_id and c.epoch = s.epoch
)
update hosts set last_seen_at = now() where id in (select host_id from stored)
