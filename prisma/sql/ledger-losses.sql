-- What was lost of some hosts, or of all, over all their runs.
-- $1 int[] host ids, null: all together (host_id is then null)
-- Returns host_id, stream, cause, count, uncounted. Primary key, or all of it.
select case when $1::int[] is null then null else host_id end as host_id, stream, cause,
  sum(count)::bigint as count, sum(uncounted)::bigint as uncounted
from ledger_losses where $1::int[] is null or host_id = any ($1::int[])
group by 1, 2, 3
having sum(count) + sum(uncounted) > 0
order by 1, 2, 3
