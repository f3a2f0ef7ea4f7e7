-- What the agent says was lost of one run, by stream and cause: `count`, and what is neither stored nor counted yet of what
-- the run had numbered up to `read`. `later`: what this transaction has stored of the run from behind that place.
-- $1 int host id, $2 text JSON array, $3 text[] causes of the kernel. Primary keys; after post-ledger.sql.
insert into ledger_losses as l (host_id, run, stream, cause, count, uncounted)
select $1::int, p.run, p.stream, p.cause, p.count + coalesce(greatest(p.read + p.later - s.stored - x.lost, 0), 0), p.uncounted
from jsonb_to_recordset($2::text::jsonb)
  as p(run uuid, stream text, cause text, count bigint, uncounted bigint, read bigint, later bigint)
cross join lateral (
  select coalesce(sum(stored), 0) as stored from ledger_streams
  where host_id = $1::int and run = p.run and stream = p.stream
) s
cross join lateral (
  select coalesce(sum(count), 0) as lost from ledger_losses
  where host_id = $1::int and run = p.run and stream = p.stream and cause <> all ($3::text[])
) x
on conflict (host_id, run, stream, cause)
do update set count = l.count + excluded.count, uncounted = l.uncounted + excluded.uncounted
