-- Takes hosts and the cursors of their epochs for this transaction: deliveries of one host queue up behind each other, and two
-- transactions with some hosts in common do not wait for each other in a circle, since both take hosts in the order of ids.
-- $1 text JSON array, no host twice
-- Returns host_id int, committed bigint. Primary keys.
with wanted as (
  select * from jsonb_to_recordset($1::text::jsonb) as w(host_id int, epoch uuid)
), locked as materialized (
  select id from hosts where id in (select host_id from wanted) order by id for no key update
)
insert into ingest_cursors as c (host_id, epoch, committed)
select w.host_id, w.epoch, 0 from locked l join wanted w on w.host_id = l.id
on conflict (host_id, epoch) do update set updated_at = c.updated_at
returning host_id, committed
