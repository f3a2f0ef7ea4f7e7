-- What the agent says was lost of one run, by stream and cause.
-- $1 int host id, $2 text JSON array. Primary key.
insert into ledger_losses as l (host_id, run, stream, cause, count, uncounted)
select $1::int, p.run, p.stream, p.cause, p.count, p.uncounted
from jsonb_to_recordset($2::text::jsonb) as p(run uuid, stream text, cause text, count bigint, uncounted bigint)
on conflict (host_id, run, stream, cause)
do update set count = l.count + excluded.count, uncounted = l.uncounted + excluded.uncounted
