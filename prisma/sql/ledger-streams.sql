-- The ledger of some hosts, or of all, over all their runs.
-- $1 int[] host ids, null: all together (host_id is then null)
-- Returns host_id, stream, stored, unaccounted, unbalanced (runs), as_of. Primary key, or all of it.
select case when $1::int[] is null then null else host_id end as host_id, stream, sum(stored)::bigint as stored,
  sum(unaccounted)::bigint as unaccounted, count(*) filter (where unaccounted <> 0) as unbalanced, max(as_of) as as_of
from ledger_streams where $1::int[] is null or host_id = any ($1::int[])
group by 1, 2
order by 1, 2
