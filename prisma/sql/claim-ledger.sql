-- The agent says how many events a run had numbered up to one place; what of them is neither stored nor counted as lost
-- there is unaccounted. `later`: what this transaction posted of the run from behind that place. The successor of a killed
-- agent (`at_least`) knows only what is on disk.
-- $1 int host id, $2 text JSON array, $3 timestamptz boot-clock zero, $4 text[] causes of the kernel. Primary keys; the rows
-- are there (post-ledger.sql).
update ledger_streams l
set read = c.read, as_of = $3::timestamptz + c.at_ns / 1000 * interval '1 microsecond',
  unaccounted = greatest(s.lacking - l.stored, case when c.at_least then 0 end)
from jsonb_to_recordset($2::text::jsonb)
  as c(run uuid, stream text, read bigint, later bigint, at_ns bigint, at_least boolean)
cross join lateral (
  select c.read + c.later - coalesce(sum(x.count), 0) as lacking from ledger_losses x
  where x.host_id = $1::int and x.run = c.run and x.stream = c.stream and x.cause <> all ($4::text[])
) s
where l.host_id = $1::int and l.run = c.run and l.stream = c.stream
