-- Events of one run that this transaction stores, by stream.
-- $1 int host id, $2 text JSON array. Primary key.
insert into ledger_streams as l (host_id, run, stream, stored)
select $1::int, p.run, p.stream, p.stored
from jsonb_to_recordset($2::text::jsonb) as p(run uuid, stream text, stored bigint)
on conflict (host_id, run, stream) do update set stored = l.stored + excluded.stored
