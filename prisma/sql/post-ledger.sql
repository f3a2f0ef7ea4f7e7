-- Events of runs that this transaction stores, by stream.
-- $1 text JSON array. Primary key.
insert into ledger_streams as l (host_id, run, stream, stored)
select p.host_id, p.run, p.stream, p.stored
from jsonb_to_recordset($1::text::jsonb) as p(host_id int, run uuid, stream text, stored bigint)
on conflict (host_id, run, stream) do update set stored = l.stored + excluded.stored
